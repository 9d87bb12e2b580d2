#!/usr/bin/env python3
"""Compares the differences that replay.py found with the ones that are expected.

usage: judge.py EXPECTED.md MODE=REPORT.json ...     exit status 1 if they are not the same
       judge.py --print EXPECTED.md MODE=REPORT.json ...     prints the table lines that would be right
"""
import json, sys

MODES = ("off", "on")


def table_rows(path, columns):
    """The rows of the table in a page: (number of the line, cells)."""
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or cells[0] in (columns[0], "---"):
            continue
        if len(cells) != len(columns) or not all(cells):
            sys.exit(f"{path}:{number}: want | {' | '.join(columns)} |")
        yield number, cells


def expected(path):
    """The table: {(case, step, mode): reason}."""
    lines = {}
    for number, cells in table_rows(path, ("case", "step", "mode", "reason")):
        if not cells[1].isdigit() or cells[2] not in MODES + ("both",):
            sys.exit(f"{path}:{number}: want | case | step | off, on or both | reason |")
        for mode in MODES if cells[2] == "both" else (cells[2],):
            lines[cells[0], int(cells[1]), mode] = cells[3]
    return lines


def found(arguments):
    """What was seen: {(case, step, mode): text of the difference}, and the number of steps that were compared."""
    differences, steps = {}, 0
    for argument in arguments:
        mode, path = argument.split("=", 1)
        report = json.load(open(path, encoding="utf-8"))
        if report["counts"]["SKIP"]:
            sys.exit(f"mode {mode}: {report['counts']['SKIP']} steps were not run")
        for step in report["steps"]:
            steps += 1
            if step["verdict"] == "DIFF":
                differences[step["case"], step["step"], mode] = "\n".join([step["what"]] + step["diff"])
    return differences, steps


def table(differences, reasons):
    """The lines that the table should have; reasons already given are kept."""
    for case, step in sorted({key[:2] for key in differences}):
        modes = [mode for mode in MODES if (case, step, mode) in differences]
        reason = next((reasons[case, step, mode] for mode in modes if (case, step, mode) in reasons), "?")
        print(f"| {case} | {step} | {'both' if len(modes) == 2 else modes[0]} | {reason} |")


def main():
    arguments = sys.argv[1:]
    printing = arguments[0] == "--print"
    path, *reports = arguments[printing:]
    reasons = expected(path)
    differences, steps = found(reports)
    if printing:
        return table(differences, reasons)
    new, gone = sorted(set(differences) - set(reasons)), sorted(set(reasons) - set(differences))
    for case, step, mode in new:
        print(f"not expected: {case} step {step}, source-guard {mode}: {differences[case, step, mode]}")
    for case, step, mode in gone:
        print(f"expected but gone: {case} step {step}, source-guard {mode}")
    print(f"{steps} steps, {len(differences)} differences, {len(new)} not expected, {len(gone)} expected but gone")
    sys.exit(1 if new or gone else 0)


if __name__ == "__main__":
    main()
