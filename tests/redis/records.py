#!/usr/bin/env python3
"""Damaged records, for records.sh.

  records.py put HOST PORT DATABASE SAMPLES    writes them, prints how many
  records.py check HOST PORT DATABASE SAMPLES  whether all are there as they were written
  records.py drop HOST PORT DATABASE SAMPLES   deletes them

SAMPLES is the directory of recorded records. First each JSON record of an encrypted call without each of its sections,
without each of its fields, with each field empty, and with each count wrong; then what is no record at all; then ten
thousand of all records with up to eight bytes changed. The same every time.
"""
import json, pathlib, random, socket, sys

MUTATED = 10_000
# As many as a call may have here, so that the damaged records do not also fight for ports.
PORTS = 16
FIRST_PORT, LAST_PORT = 30_000, 39_900
DAMAGED = ["10.5.3.5/sdes-rtp-after-answer.raw", "head-json/sdes-rtp-after-answer.raw"]


def damaged(record):
    """Each record that differs from this one in one place."""
    yield record
    for section, content in record.items():
        yield {key: value for key, value in record.items() if key != section}
        yield {**record, section: [] if isinstance(content, list) else {}}
        if isinstance(content, list):
            yield {**record, section: content + ["77"]}
            continue
        for field, value in content.items():
            yield {**record, section: {key: kept for key, kept in content.items() if key != field}}
            changes = ["", "x", "-1", "99999999999999999999", 5, None, [], {}]
            if field.startswith("num_"):
                changes += [str(int(value) - 1), str(int(value) + 1)]
            for changed in changes:
                yield {**record, section: {**content, field: changed}}


def with_ports(record, first):
    """The record with its sockets at these ports."""
    moved = dict(record)
    for number, section in enumerate(name for name in record if name.startswith("sfd-")):
        fields = moved[section]
        if isinstance(fields, dict) and str(fields.get("localport", "")).isdigit():
            moved[section] = {**fields, "localport": str(first + number % PORTS)}
    return moved


def mutated(samples, dice):
    record = bytearray(dice.choice(samples))
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(record))
        match dice.randrange(5):
            case 0: record[at] ^= 1 << dice.randrange(8)
            case 1: record[at] = dice.choice(b'0123456789"{}[]:,%-/dlie')
            case 2: del record[at]
            case 3: record[at:at] = record[at:at + dice.randrange(40)]
            case 4 if dice.randrange(20) == 0: del record[at + 1:]
    return bytes(record)


def records(directory):
    port = FIRST_PORT
    for sample in DAMAGED:
        record = json.loads((directory / sample).read_bytes())
        for variant in damaged(record):
            yield json.dumps(with_ports(variant, port), separators=(",", ":")).encode()
            port = port + PORTS if port + PORTS < LAST_PORT else FIRST_PORT
        yield json.dumps({**record, "future": {"x": "1"}, "json": {**record["json"], "x_future": "1"}}).encode()
        yield json.dumps({**record, "sfd-0": {**record["sfd-0"], "localport": "66000"}}).encode()
        twice = {**record, "sfd-1": {**record["sfd-1"], "localport": record["sfd-0"]["localport"]}}
        yield json.dumps(twice).encode()
    whole = (directory / DAMAGED[0]).read_bytes()
    yield from [b"", b"{", b"{}", b"[]", b"not a record", b"d", b"de", b"d4:jsone"]
    yield from [whole[:-1], whole + b"}", b"\0" * 5000]
    yield b"{" * 100_000
    yield b'{"json":' + b"9" * 1_000_000 + b"}"
    samples = [path.read_bytes() for path in sorted(directory.glob("*/*.raw"))]
    samples = [sample for sample in samples if sample]
    dice = random.Random(4)
    for _ in range(MUTATED):
        yield mutated(samples, dice)


def encoded(words):
    """A command as Redis reads it."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


class Redis:
    def __init__(self, host, port, database):
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.answers = self.socket.makefile("rb")
        self.ask([(b"SELECT", database.encode())])

    def ask(self, commands):
        """Sends commands in one go; gives what they answer."""
        self.socket.sendall(b"".join(encoded(words) for words in commands))
        return [self.answer() for _ in commands]

    def answer(self):
        line = self.answers.readline()[:-2]
        if line[:1] == b"$":
            length = int(line[1:])
            return None if length < 0 else self.answers.read(length + 2)[:-2]
        return line


def main():
    what, host, port, database, directory = sys.argv[1:]
    redis = Redis(host, port, database)
    batch, count, wrong = [], 0, 0

    def flush():
        nonlocal wrong
        commands = {"put": lambda key, value: (b"SET", key, value, b"EX", b"3600"),
                    "check": lambda key, _: (b"GET", key),
                    "drop": lambda key, _: (b"DEL", key)}
        answers = redis.ask([commands[what](*one) for one in batch])
        expected = {"put": lambda _: b"+OK", "check": lambda value: value, "drop": lambda _: b":1"}
        wrong += sum(answer != expected[what](value) for answer, (_, value) in zip(answers, batch))
        batch.clear()

    for count, value in enumerate(records(pathlib.Path(directory)), 1):
        batch.append((b"damaged-%d" % count, value))
        if len(batch) == 100:
            flush()
    flush()
    print(count)
    if wrong:
        sys.exit(f"{wrong} of {count} records are not as they should be")


main()
