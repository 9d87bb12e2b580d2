#!/usr/bin/env python3
"""Plays the dialogues of sdp/*.txt on a relay and compares what each party is told, line by line.

usage: sdp.py NG [--rtpengine] [--only TEXT] [FILE...]     exit status 1 if an SDP is not as it stands there

A dialogue begins with `== what it shows`; with `(rtpengine)` behind it, Debian's rtpengine gives the same answers, and
with --rtpengine those alone are played. Its messages:

    A offers {"flags": ["..."]}     or `B answers`; the JSON is put into the request, and may go on in indented lines
    > m=audio 6000 RTP/AVP 8        the body; without `v=` it gets a session part, with the address of the party
    < m=audio P1 RTP/AVP 8          what the other party is told; P1, P2 ... are ports of the relay, each another one
    <! a=rtcp                       no line of this section (or of the session) begins so
    ! Error rewriting SDP           instead of an SDP: the request is refused so

The order of lines in a section counts only for `m=`, and of the session only what is written is compared. All that is
printed in a section must be written there, but for lines that say what goes without saying: the relay's address, the
port above for RTCP, `sendrecv`, and the names of payload types 0 and 8. In a body `\\0` is a NUL.
"""

import argparse, glob, json, os, re, sys

from replay import Udp, benc, decode_payload, hostport

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESS = {"A": "192.0.2.10", "B": "198.51.100.20", "C": "203.0.113.30"}
RELAY = "127.0.0.1"
GOES_WITHOUT_SAYING = ("c=", "a=rtcp:", "a=sendrecv", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000")
REQUEST_SECONDS = 10


class Message:
    def __init__(self, party, verb, keys, place):
        self.party, self.verb, self.keys, self.place = party, verb, keys, place
        self.body, self.told, self.refusal = [], [], None


class Dialogue:
    def __init__(self, name, place):
        self.name, self.place = name.removesuffix(" (rtpengine)"), place
        self.rtpengine = name.endswith(" (rtpengine)")
        self.messages = []


def read(path):
    """The dialogues of a file."""
    dialogues, lines = [], []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if line.startswith(" "):
            lines[-1][1] += " " + line.strip()
        else:
            lines.append([number, line.rstrip("\n")])
    for number, line in lines:
        place = "%s:%d" % (os.path.basename(path), number)
        head = re.fullmatch(r"([A-C]) (offers|answers)( \{.*\})?", line)
        if line.startswith("== "):
            dialogues.append(Dialogue(line[3:], place))
        elif head:
            party, verb, keys = head.groups()
            dialogues[-1].messages.append(Message(party, verb, json.loads(keys or "{}"), place))
        elif line.startswith(">"):
            dialogues[-1].messages[-1].body.append(line[2:].replace("\\0", "\0"))
        elif line.startswith("<"):
            dialogues[-1].messages[-1].told.append(line)
        elif line.startswith("! "):
            dialogues[-1].messages[-1].refusal = line[2:]
        elif line and not line.startswith("#"):
            sys.exit(place + ": no line of a dialogue")
    return dialogues


def text_of(message, version):
    """The SDP of a message."""
    lines = message.body
    if not lines[0].startswith("v="):
        address = ADDRESS[message.party]
        head = ["v=0", "o=- 7 %d IN IP4 %s" % (version, address), "s=-", "c=IN IP4 " + address, "t=0 0"]
        lines = head + lines
    return "\r\n".join(lines) + ("" if lines[-1].endswith("\0") else "\r\n")


def sections(lines):
    """The session's lines, then those of each section."""
    parts = [[]]
    for line in lines:
        if line.startswith("m="):
            parts.append([])
        parts[-1].append(line)
    return parts


class Ports:
    """The names of the relay's ports in one dialogue."""

    def __init__(self):
        self.names = {}

    def put_in(self, line, section_port):
        """An expected line with the ports that its names stand for; the first use of a name is what is printed."""

        def number(match):
            name, above = match.groups()
            if name not in self.names:
                if section_port in self.names.values() or section_port in (None, 0):
                    return name + " (not the port of another name)" + (above or "")
                self.names[name] = section_port
            return str(self.names[name] + int(above or 0))

        return re.sub(r"\b(P\d+)\b(\+\d)?", number, line)


def differences(told, printed, ports):
    """What an SDP says otherwise than expected."""
    found = []
    expected = sections([line[2:] for line in told if not line.startswith("<!")])
    forbidden, at = [], 0
    for line in told:
        at += line.startswith("< m=")
        if line.startswith("<! "):
            forbidden.append((at, line[3:]))
    parts = sections(printed)
    session_connection = [line for line in parts[0] if line.startswith("c=")]
    for line in expected[0]:
        if line not in parts[0]:
            found.append("the session lacks %s" % line)
    if len(parts) != len(expected):
        found.append("%d sections, expected %d" % (len(parts) - 1, len(expected) - 1))
    for number, part in enumerate(parts[1:], 1):
        if not any(line.startswith("c=") for line in part):
            part += session_connection
    for number, (part, wanted) in enumerate(zip(parts[1:], expected[1:]), 1):
        port = int(part[0].split()[1])
        wanted = [ports.put_in(line, port) for line in wanted]
        rest = list(part)
        for line in wanted:
            if line in rest:
                rest.remove(line)
            else:
                found.append("section %d lacks %s" % (number, line))
        for line in rest:
            if not goes_without_saying(line, port, wanted):
                found.append("section %d has %s" % (number, line))
    for number, start in forbidden:
        if number < len(parts) and any(line.startswith(start) for line in parts[number]):
            found.append("part %d has a line %s" % (number, start))
    return found


def goes_without_saying(line, port, wanted):
    kind = next((kind for kind in GOES_WITHOUT_SAYING if line.startswith(kind)), None)
    if kind is None or any(other.startswith(kind) for other in wanted):
        return False
    if kind == "c=":
        return line[9:] == RELAY or (not port and line[9:] == "0.0.0.0")
    return kind != "a=rtcp:" or line in ("a=rtcp:%d" % port, "a=rtcp:%d" % (port + 1))


def play(ng, dialogue, number):
    """Runs a dialogue; what was wrong, if anything."""
    call = "sdp-%d-%d" % (os.getpid(), number)
    ports, offerer, versions = Ports(), None, {}
    answered = set()
    for index, message in enumerate(dialogue.messages):
        party = message.party
        versions[party] = versions.get(party, 0) + 1
        request = {"command": message.verb[:-1], "call-id": call, "sdp": text_of(message, versions[party])}
        if message.verb == "offers":
            offerer = party
            others = sorted(answered - {party})
            request.update({"from-tag": party.lower()}, **({"to-tag": others[0].lower()} if others else {}))
        else:
            request.update({"from-tag": offerer.lower(), "to-tag": party.lower()})
            answered |= {offerer, party}
        request.update(message.keys)
        cookie = b"%s-%d" % (call.encode(), index)
        reply = ng.ask(cookie + b" " + benc(request), cookie)
        if reply is None:
            return ["%s: no reply" % message.place]
        reply = decode_payload(reply[len(cookie) + 1 :])[0]
        if message.refusal is not None or reply.get("result") != "ok":
            if reply.get("error-reason") != message.refusal:
                return ["%s: %s" % (message.place, reply)]
            continue
        printed = reply["sdp"].split("\r\n")
        found = differences(message.told, printed[:-1] if printed[-1] == "" else printed, ports)
        if found:
            return ["%s: %s" % (message.place, one) for one in found] + ["    " + line for line in printed]
    return []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ng")
    parser.add_argument("--rtpengine", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("files", nargs="*", default=sorted(glob.glob(os.path.join(HERE, "sdp", "*.txt"))))
    arguments = parser.parse_intermixed_args()
    ng = Udp(hostport(arguments.ng), REQUEST_SECONDS)
    dialogues = [one for path in arguments.files for one in read(path) if arguments.only in one.name]
    if arguments.rtpengine:
        dialogues = [one for one in dialogues if one.rtpengine]
    failed = 0
    for number, dialogue in enumerate(dialogues):
        wrong = play(ng, dialogue, number)
        if wrong:
            failed += 1
            print("%s: %s\n  %s" % (dialogue.place, dialogue.name, "\n  ".join(wrong)))
    print("%d dialogues, %d wrong" % (len(dialogues), failed))
    sys.exit(1 if failed or not (dialogues or arguments.only) else 0)


if __name__ == "__main__":
    main()
