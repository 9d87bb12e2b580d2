#!/usr/bin/env python3
"""Random dialogues, held with tandem and a real rtpengine at once; what differs must be explained by a rule.

usage: dialogues.py [--seeds N] [--first S] [--one SEED] ...     exit status 1 if anything is not as dialogues.md says

tests/conformance/dialogues.sh starts both relays and runs this. A seed that differs is made as small as it gets and
shown with both answers. The rules are in dialogue_rules.py, their reasons in dialogues.md.
"""

import argparse, collections, concurrent.futures, json, os, sys, time

import dialogue_rules
from dialogue_history import ABSENT, History
from dialogue_run import NEVER_SHOWN, run
from dialogue_steps import dialogue
from judge import table_rows
from replay import hostport

HERE = os.path.dirname(os.path.abspath(__file__))
# Dialogues at a time. More do not make it faster: the waiting is for the relays.
SLOTS = 8
# Dialogues that must show a rule.
WITNESSED = {"the witness of " + rule.name: rule.name for rule in dialogue_rules.RULES if rule.witness}
# A failing seed is made smaller for so long at most.
SHRINK_SECONDS_MAX = 30
# Seconds to wait for packets that one relay has passed on and the other has not, at first and for a seed that differed.
PATIENCE, LONG_PATIENCE = 0.15, 1.0


def flat(meaning, path=()):
    """A meaning as {path: value}; lists of texts count their members."""
    if isinstance(meaning, dict):
        out = {}
        for key, value in meaning.items():
            out.update(flat(value, path + (str(key),)))
        return out
    if isinstance(meaning, list) and all(isinstance(one, str) for one in meaning) and path and path[-1] == "attrs":
        return {path + (text,): count for text, count in collections.Counter(meaning).items()}
    if isinstance(meaning, list) and any(isinstance(one, dict) for one in meaning):
        out = {}
        for number, one in enumerate(meaning):
            out.update(flat(one, path + (str(number),)))
        return out
    return {path: meaning}


class Difference:
    """One thing that tandem said or did otherwise than rtpengine."""

    def __init__(self, step, path, tandem, rtpengine):
        self.step, self.path, self.tandem, self.rtpengine = step, path, tandem, rtpengine

    @property
    def section(self):
        """The section of the SDP that it is about, if it is about one."""
        if self.path[:2] == ("sdp", "media") and len(self.path) > 2:
            return int(self.path[2])
        if self.path[0] == "tags" and "medias" in self.path[2:3]:
            return int(self.path[3])
        if self.path[0] == "heard":
            number = int(self.path[1].split(" hears ")[1].split(" ")[0])
            return self.step["sends"][number]["section"] if number < len(self.step.get("sends", ())) else None
        return None

    def __str__(self):
        return "step %s %s: tandem %s, rtpengine %s" % (
            self.step["id"],
            " / ".join(self.path),
            self.tandem,
            self.rtpengine,
        )


def forget_ports_never_shown(*both):
    """Drops what both have heard from a port that one relay has never shown: it cannot be compared."""
    for path in [path for one in both for path in one if path[-1].endswith(NEVER_SHOWN)]:
        what = path[-1].split(" from ")[0]
        if all(any(other[-1].startswith(what + " from ") for other in one) for one in both):
            for one in both:
                for other in [other for other in one if other[-1].startswith(what + " from ")]:
                    del one[other]


def differences(held, seen):
    """All differences of a dialogue, in the order of its steps."""
    steps = held["steps"] + [{"id": 0, "op": "media", "sends": []}]
    for step in steps:
        ours, reference = (flat(meanings.get(step["id"], {})) for meanings in seen)
        forget_ports_never_shown(ours, reference)
        # What a line says follows from the port that it names.
        for path in sorted(
            set(ours) | set(reference), key=lambda path: tuple("~" if part == "attrs" else part for part in path)
        ):
            if ours.get(path, ABSENT) != reference.get(path, ABSENT):
                yield Difference(step, path, ours.get(path, ABSENT), reference.get(path, ABSENT))


def judge(held, seen):
    """(names of rules that explained a difference, differences that no rule explains)."""
    history = History(held, seen)
    names, unexplained = set(), []
    for difference in differences(held, seen):
        if history.is_tainted(difference):
            continue
        rule = next((rule for rule in dialogue_rules.RULES if rule.explains(difference, history)), None)
        if rule is None:
            unexplained.append(difference)
        else:
            names.add(rule.name)
            history.taint(rule, difference)
    return names, unexplained


class Pair:
    """The two relays, and the places at which dialogues can be held with them."""

    def __init__(self, relays):
        self.relays, self.count = relays, 0

    def hold(self, held, slot, patience):
        self.count += 1
        return run(held, self.relays, slot, "dialogue-%d-%d-%d" % (os.getpid(), slot, self.count), patience)

    def judged(self, held, slot, patience=PATIENCE):
        return judge(held, self.hold(held, slot, patience))


def hold_all(pair, named, again=True):
    """Holds {name: dialogue}, several at a time. Returns {name: (rules, unexplained)}.

    What differs on a busy machine is held again, alone and with more patience: a difference is what differs each time.
    """
    slots = list(range(SLOTS))

    def one(held):
        slot = slots.pop()
        try:
            return pair.judged(held, slot)
        finally:
            slots.append(slot)

    with concurrent.futures.ThreadPoolExecutor(SLOTS) as pool:
        results = dict(zip(named, pool.map(one, named.values())))
    for name in named if again else ():
        for _ in range(2):
            if results[name][1] or (name in WITNESSED and WITNESSED[name] not in results[name][0]):
                results[name] = pair.judged(named[name], 0, LONG_PATIENCE)
    return results


def shrunk(pair, held, wanted):
    """The dialogue without the steps, sections and keys that a difference of the same kind does not need."""

    def still(smaller):
        return any(kind(one) == wanted for one in pair.judged(smaller, 0)[1])

    end = time.monotonic() + SHRINK_SECONDS_MAX
    progress = True
    while progress:
        progress = False
        for smaller in smaller_ones(held):
            if time.monotonic() < end and still(smaller):
                held, progress = smaller, True
                break
    return held


def kind(difference):
    """Which kind a difference is of: not the step or section, but what is said about it."""
    return difference.step["op"], tuple(part for part in difference.path if not part.isdigit())[:4] if difference.path[
        0
    ] != "heard" else "heard"


def smaller_ones(held):
    """Dialogues with one thing less, the largest things first."""
    steps = held["steps"]
    for at in range(len(steps) - 1, -1, -1):
        yield {**held, "steps": steps[:at] + steps[at + 1 :]}
    bodies = [step["sdp"]["media"] for step in steps if "sdp" in step]
    for index in range(max(map(len, bodies), default=0) - 1, 0, -1):
        yield with_sections(held, lambda at, media: None if at >= index else media)
    for index, payload_type in sorted(
        {(at, one) for media in bodies for at, section in enumerate(media) for one in section["formats"]}
    ):
        if not any(media[index : index + 1] and media[index]["formats"] == [payload_type] for media in bodies):
            yield with_sections(held, lambda at, media: without_format(media, payload_type) if at == index else media)
    for at, step in enumerate(steps):
        for changed in smaller_steps(step):
            yield {**held, "steps": steps[:at] + [changed] + steps[at + 1 :]}


def with_sections(held, change):
    """The dialogue with all sections of its SDPs changed; those that become None go."""
    steps = []
    for step in held["steps"]:
        if "sdp" in step:
            media = [change(at, section) for at, section in enumerate(step["sdp"]["media"])]
            step = {**step, "sdp": {**step["sdp"], "media": [section for section in media if section]}}
        steps.append(step)
    return {**held, "steps": steps}


def without_format(media, payload_type):
    said = tuple("a=%s:%s " % (name, payload_type) for name in ("rtpmap", "fmtp", "rtcp-fb"))
    return {
        **media,
        "formats": [one for one in media["formats"] if one != payload_type],
        "lines": [line for line in media["lines"] if not line.startswith(said)],
    }


def smaller_steps(step):
    for key in step.get("keys", ()):
        yield {**step, "keys": {name: value for name, value in step["keys"].items() if name != key}}
    for key, words in step.get("keys", {}).items():
        if key in ("flags", "replace") and len(words) > 1:
            for word in words:
                yield {**step, "keys": {**step["keys"], key: [one for one in words if one != word]}}
    for number in range(len(step.get("sends", ()))):
        if len(step["sends"]) > 1:
            yield {**step, "sends": step["sends"][:number] + step["sends"][number + 1 :]}
    if "sdp" in step and step["sdp"]["session"]:
        yield {**step, "sdp": {**step["sdp"], "session": []}}
    for number, media in enumerate(step["sdp"]["media"] if "sdp" in step else ()):
        for line in media["lines"]:
            if not line.startswith(("a=rtpmap", "a=fmtp")):
                sections = list(step["sdp"]["media"])
                sections[number] = {**media, "lines": [one for one in media["lines"] if one != line]}
                yield {**step, "sdp": {**step["sdp"], "media": sections}}


def show(pair, name, held, unexplained, shrink):
    print("=== %s differs:" % name)
    for difference in unexplained[:12]:
        print("   ", difference)
    if shrink:
        held = shrunk(pair, held, kind(unexplained[0]))
    seen = pair.hold(held, 0, LONG_PATIENCE)
    print("--- the smallest dialogue that shows it, and both answers")
    print_dialogue(held, seen)


def print_dialogue(held, seen):
    print("families", held["families"])
    for step in held["steps"]:
        print("step %d: %s" % (step["id"], describe(step)))
        answers = [meanings.get(step["id"]) for meanings in seen]
        for who, answer in zip(("tandem", "rtpengine") if answers[0] != answers[1] else ("both",), answers):
            print("    %-9s %s" % (who, json.dumps(answer)))


def describe(step):
    if "req" in step:
        return json.dumps(step["req"])
    if "sends" in step:
        return "media " + "; ".join(
            "%s:%d section %d %s to what step %d told"
            % (one["by"], one["port"], one["section"], one["what"], one["told"])
            for one in step["sends"]
        )
    sdp = step["sdp"]
    media = [
        "m=%s %d %s %s%s %s"
        % (
            one["m"],
            one["port"],
            one["proto"],
            " ".join(one["formats"]),
            " (zero address)" if one["zero"] else "",
            " | ".join(one["lines"]),
        )
        for one in sdp["media"]
    ]
    tags = "from-tag %s%s" % (step["from"], ", to-tag " + step["to"] if "to" in step else "")
    return "%s by %s, %s %s\n        %s" % (
        step["op"],
        step["by"],
        tags,
        json.dumps(step["keys"]),
        "\n        ".join(sdp["session"] + media),
    )


def survey(results):
    """Counts kinds of differences; only the first of a dialogue, since others may follow from it."""
    kinds = collections.defaultdict(list)
    for name, (_, unexplained) in results.items():
        for difference in unexplained[:1]:
            kinds[kind(difference)].append((name, difference))
    for which, examples in sorted(kinds.items(), key=lambda one: -len(one[1])):
        print("%5d %s" % (len(examples), which))
        for name, difference in examples[:3]:
            print("          %s: %s" % (name, difference))
    clean = sum(1 for rules, unexplained in results.values() if not unexplained)
    print("%d dialogues, %d explained" % (len(results), clean))


def check_table(rules):
    """The table of rules must be the rules."""
    rows = {cells[0]: cells for _, cells in table_rows(os.path.join(HERE, "dialogues.md"), ("rule", "kind", "reason"))}
    faults = [
        "%s is in dialogues.md and is no rule" % name for name in rows if name not in {rule.name for rule in rules}
    ]
    for rule in rules:
        if rows.get(rule.name, ("", "", ""))[1] != rule.kind:
            faults.append("%s is %s, and dialogues.md does not say so" % (rule.name, rule.kind))
    return faults


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=200)
    arguments.add_argument("--first", type=int, default=1)
    arguments.add_argument("--one", type=int, help="hold the dialogue of one seed and print all of it")
    arguments.add_argument("--tandem", type=hostport, default="127.0.0.1:2223")
    arguments.add_argument("--rtpengine", type=hostport, default="127.0.0.1:2233")
    arguments.add_argument("--show", type=int, default=3, help="how many failing seeds to make small and print")
    arguments.add_argument("--no-shrink", action="store_true")
    arguments.add_argument(
        "--survey", action="store_true", help="only count the kinds of differences that no rule explains"
    )
    chosen = arguments.parse_args()
    pair = Pair((chosen.tandem, chosen.rtpengine))
    if chosen.one is not None:
        held = dialogue(chosen.one)
        seen = pair.hold(held, 0, LONG_PATIENCE)
        print_dialogue(held, seen)
        rules, unexplained = judge(held, seen)
        print("explained by", sorted(rules) or "no rule")
        if unexplained:
            show(pair, "seed %d" % chosen.one, held, unexplained, not chosen.no_shrink)
        sys.exit(1 if unexplained else 0)
    begin = time.monotonic()
    faults = check_table(dialogue_rules.RULES)
    named = {"seed %d" % seed: dialogue(seed) for seed in range(chosen.first, chosen.first + chosen.seeds)}
    named.update({"the witness of " + rule.name: rule.witness for rule in dialogue_rules.RULES if rule.witness})
    if chosen.survey:
        return survey(hold_all(pair, named, again=False))
    results = hold_all(pair, named)
    seen_rules = collections.Counter(rule for rules, _ in results.values() for rule in rules)
    for rule in dialogue_rules.RULES:
        if rule.kind == "known" and not rule.witness:
            faults.append("%s is known and has no witness" % rule.name)
        elif (
            rule.kind == "known"
            and "the witness of " + rule.name in results
            and rule.name not in results["the witness of " + rule.name][0]
        ):
            faults.append("the witness of %s does not show it any more: take the rule out" % rule.name)
    differing = [name for name, (_, unexplained) in results.items() if unexplained]
    for name in differing[: chosen.show]:
        show(pair, name, named[name], results[name][1], not chosen.no_shrink)
    for name in differing[chosen.show :]:
        print("=== %s differs: %s" % (name, results[name][1][0]))
    for fault in faults:
        print(fault)
    clean = sum(1 for rules, unexplained in results.values() if not rules and not unexplained)
    print(
        "%d dialogues in %.0f s: %d without a difference, %d with explained ones, %d with others"
        % (len(results), time.monotonic() - begin, clean, len(results) - clean - len(differing), len(differing))
    )
    for name, count in seen_rules.most_common():
        print("%6d %s" % (count, name))
    sys.exit(1 if differing or faults else 0)


if __name__ == "__main__":
    main()
