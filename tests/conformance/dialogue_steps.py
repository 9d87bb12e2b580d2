"""Random dialogues: from a seed to the steps of a call, as plain data.

A dialogue is {"families": {party: 4 or 6}, "steps": [step, ...]}. A step has an "id" that stays when others are
dropped, and an "op":

  offer, answer   "by" speaks; "from" and "to" are the parties whose tags are said ("to" may be missing); "keys" go
                  into the request; "sdp" is {"version", "session": [line],
                  "media": [{"m", "port", "proto", "formats", "zero", "lines"}]}
  media           "sends": [{"by", "told": id of the step whose reply told the party where to send, "section",
                  "port", "what", "pt"}]
  command         "req": the request itself; ${CALL}, addresses (${A}) and tags (${a}) are put in when it runs

Steps mean something without each other, so that a dialogue can be made smaller by dropping some.
"""

import random

# Payload types: what the section says about each.
CODECS = {
    "audio": {
        "0": (),
        "8": (),
        "9": (),
        "3": ("a=rtpmap:3 GSM/8000",),
        "18": ("a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=no"),
        "96": ("a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1"),
        "97": ("a=rtpmap:97 AMR/8000", "a=fmtp:97 octet-align=1"),
        "101": ("a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16"),
    },
    "video": {
        "34": ("a=rtpmap:34 H263/90000",),
        "98": ("a=rtpmap:98 H264/90000", "a=fmtp:98 profile-level-id=42e01f;packetization-mode=1"),
        "99": ("a=rtpmap:99 VP8/90000", "a=rtcp-fb:99 nack pli"),
    },
}
NAMES = {
    "0": "PCMU",
    "8": "PCMA",
    "9": "G722",
    "3": "GSM",
    "18": "G729",
    "96": "opus",
    "97": "AMR",
    "101": "telephone-event",
    "34": "H263",
    "98": "H264",
    "99": "VP8",
}
BACK = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive", None: None}
HOLDS = ("sendonly", "inactive", "zero", "zero sendonly", "zero inactive", "recvonly")
# Parties that are there from the start, and the one that a fork brings.
PARTIES = "abc"


class Section:
    """One section of a call: what both parties know about it."""

    def __init__(self, kind, proto, formats):
        self.kind, self.proto, self.formats = kind, proto, formats
        self.rejected = False

    @property
    def is_rtp(self):
        return self.kind in ("audio", "video") and self.proto.startswith("RTP")


class Party:
    def __init__(self, name, family):
        self.name, self.family, self.version = name, family, 1
        # By section: which of its ports the party uses, and how many it has used.
        self.port, self.spent = {}, {}
        # The step whose reply told it where to send, as agreed; the newest one; its sections that were alive in its
        # own newest SDP.
        self.agreed = self.newest = None
        self.mux = False

    def port_of(self, index):
        return 6000 + 40 * index + 2 * self.port.setdefault(index, 0)

    def move(self, index, back=False):
        """The party takes another port for a section, or goes back to its first one."""
        self.spent[index] = self.spent.get(index, 0) + 1
        self.port[index] = 0 if back else min(self.spent[index], 15)


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.steps = []
        self.sections = []
        first = self.random.choice((4, 4, 4, 6))
        second = first if self.chance(0.75) else 10 - first
        self.parties = {"a": Party("a", first), "b": Party("b", second), "c": Party("c", second)}
        # The style of this dialogue: what a proxy's script says in every message.
        self.mid, self.media_connection, self.unknown_lines = self.chance(0.15), self.chance(0.3), self.chance(0.2)
        self.extensions = self.chance(0.08)
        self.common = self.common_keys()
        self.interfaces = self.chance(0.2) and first == second == 4
        self.labels = self.chance(0.25)
        self.fork = self.random.choice((None, None, None, "branches", "tags"))
        self.callee = self.parties["b"]

    def chance(self, probability):
        return self.random.random() < probability

    def dialogue(self):
        self.begin()
        if self.callee.agreed:  # Else the call was abandoned.
            for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4))):
                self.event()
        self.end()
        return {"families": {name: party.family for name, party in self.parties.items()}, "steps": self.steps}

    def add(self, op, **fields):
        self.steps.append({"id": len(self.steps) + 1, "op": op, **fields})
        return self.steps[-1]["id"]

    # ---- the course of a call

    def begin(self):
        self.sections = [self.new_section(0)] + [
            self.new_section(1) for _ in range(self.random.choice((0, 0, 0, 0, 1, 1, 2, 3)))
        ]
        caller, branch = self.parties["a"], {}
        if self.fork == "branches":
            branch = {"via-branch": "branch-1"}
        offered = self.offer(caller, self.callee, first=True, **branch)
        other = None
        if self.fork == "branches":
            other = self.offer(
                caller, self.parties["c"], first=True, again=self.steps[-1]["sdp"], **{"via-branch": "branch-2"}
            )
        if self.chance(0.1):
            self.offer(caller, self.callee, first=True, again=self.steps[-1]["sdp"], **branch)
        if self.chance(0.3):
            self.media()
        if self.chance(0.06):
            return  # abandoned
        if self.fork == "branches":
            order = [(self.callee, "branch-1", offered), (self.parties["c"], "branch-2", other)]
            self.random.shuffle(order)
            for party, name, offer in order[: self.random.choice((1, 2))]:
                self.answer(party, caller, offer, **{"via-branch": name})
                self.callee = party
                if self.chance(0.4):
                    self.media()
        else:
            self.answer(self.callee, caller, offered)
            if self.chance(0.2):
                if self.chance(0.5):
                    self.callee.move(0)
                self.answer(self.callee, caller, offered)
            if self.fork == "tags":
                if self.chance(0.5):
                    self.media()
                self.callee = self.parties["c"]
                self.answer(self.callee, caller, offered)
        self.media()

    def event(self):
        what = self.random.choices(
            ("reinvite", "refused", "glare", "command", "query", "abandoned branch"), (50, 12, 5, 20, 12, 2)
        )[0]
        if what == "query":
            return self.query()
        if what == "command":
            return self.command()
        speaker, listener = self.parties["a"], self.callee
        if self.chance(0.5):
            speaker, listener = listener, speaker
        if what == "abandoned branch" and self.fork == "branches":
            self.offer(self.parties["a"], self.parties["c"], first=True, change="none", **{"via-branch": "branch-9"})
            return self.media()
        if what == "glare":
            before = self.remember()
            self.offer(speaker, listener, change=self.change())
            self.recall(before)
            offered = self.offer(listener, speaker, change=self.change())
            if self.chance(0.5):
                self.answer(speaker, listener, offered)
            else:
                self.recall(before)
            return self.media()
        before = self.remember()
        offered = self.offer(speaker, listener, change=self.change())
        if what == "refused":
            self.media()
            self.recall(before)
            if self.chance(0.6):
                offered = self.offer(speaker, listener, change=self.random.choice((None, "hold", "move")))
                self.answer(listener, speaker, offered)
        else:
            if self.chance(0.2):
                self.media()
            self.answer(listener, speaker, offered)
        if self.chance(0.8):
            self.media()

    def end(self):
        if self.chance(0.5):
            self.query()
        self.delete()
        if self.chance(0.3):
            self.media()
        self.add("command", req={"command": "query", "call-id": "${CALL}"})
        if self.chance(0.3):
            self.delete()

    # ---- messages

    def offer(self, speaker, listener, first=False, change=None, again=None, **more):
        sdp = again or self.sdp(speaker, change)
        keys = {**self.common, **self.offer_keys(speaker, listener, first), **more}
        fields = {"by": speaker.name, "from": speaker.name, "sdp": sdp, "keys": keys, "listener": listener.name}
        if not first:
            fields["to"] = listener.name
        listener.newest = self.add("offer", **fields)
        return listener.newest

    def answer(self, speaker, listener, offered, **more):
        offer = next(step for step in self.steps if step["id"] == offered)
        keys = {**self.common, **more}
        if self.chance(0.03):
            keys["rtcp-mux"] = [self.random.choice(("accept", "demux", "offer", "reject", "require"))]
        if self.labels:
            keys["label"] = "label-" + speaker.name
        listener.newest = self.add(
            "answer",
            by=speaker.name,
            **{"from": listener.name, "to": speaker.name},
            sdp=self.answer_sdp(speaker, offer),
            keys=keys,
            listener=listener.name,
        )
        listener.agreed = listener.newest
        speaker.agreed = offered
        return listener.newest

    def common_keys(self):
        keys = {}
        replace = [
            word
            for word in ("origin", "session-connection", "username", "session-name", "SDP-version", "zero-address")
            if self.chance(0.25 if word != "zero-address" else 0.08)
        ]
        if replace:
            keys["replace"] = replace
        flags = [
            word
            for word, chance in (
                ("trust-address", 0.3),
                ("symmetric", 0.1),
                ("asymmetric", 0.06),
                ("strict-source", 0.08),
                ("port-latching", 0.05),
                ("no-port-latching", 0.05),
                ("no-rtcp-attribute", 0.06),
                ("full-rtcp-attribute", 0.06),
                ("original-sendrecv", 0.05),
                ("media-handover", 0.05),
                ("unidirectional", 0.04),
                ("generate-mid", 0.04),
                ("loop-protect", 0.04),
            )
            if self.chance(chance)
        ]
        for one, other in (("port-latching", "no-port-latching"), ("no-rtcp-attribute", "full-rtcp-attribute")):
            if one in flags and other in flags:
                flags.remove(other)
        if flags:
            keys["flags"] = flags
        return keys

    def offer_keys(self, speaker, listener, first):
        keys = {}
        if speaker.family != listener.family and first:
            keys["address family"] = "IP%d" % listener.family
        if self.interfaces and first:
            keys["direction"] = ["pub", "priv"]
        elif self.interfaces and self.chance(0.3):
            keys["direction"] = ["pub", "priv"] if speaker.name == "a" else ["priv", "pub"]
        if self.chance(0.2):
            keys["rtcp-mux"] = [self.random.choice(("offer", "require", "demux", "accept", "reject"))]
        if self.chance(0.12):
            keys["codec"] = self.codec_filter()
        if self.chance(0.04):
            keys["transport-protocol"] = self.random.choice(("RTP/AVP", "RTP/AVPF"))
        if self.chance(0.03):
            keys["sdp-media-remove"] = [self.random.choice(("video", "image", "application"))]
        if self.chance(0.02):
            keys["media-address"] = "203.0.113.9" if listener.family == 4 else "2001:db8::9"
        if self.labels:
            keys["label"] = "label-" + speaker.name
        return keys

    def codec_filter(self):
        names = self.random.sample(sorted(set(NAMES.values())), self.random.choice((1, 1, 2)))
        form = self.random.choice(("strip", "strip", "except", "offer"))
        if form == "except":
            return {"strip": ["all"], "except": names + ["telephone-event"]}
        if form == "offer":
            return {"strip": ["all"], "offer": names}
        return {"strip": names}

    # ---- bodies

    def new_section(self, at):
        kind = self.random.choices(
            ("audio", "video", "image", "message", "application"), (60, 25, 8, 4, 5) if at else (92, 4, 4, 0, 1)
        )[0]
        proto = {"image": "udptl", "message": "TCP/MSRP", "application": "UDP/BFCP"}.get(kind)
        if proto:
            return Section(kind, proto, {"image": ["t38"]}.get(kind, ["*"]))
        pool = sorted(CODECS[kind], key=int)
        formats = self.random.sample(pool, self.random.randint(1, min(4, len(pool))))
        if formats == ["101"]:
            formats = ["8", "101"]
        return Section(kind, "RTP/AVPF" if self.chance(0.12) else "RTP/AVP", formats)

    def change(self):
        return self.random.choices(
            (
                "none",
                "hold",
                "resume",
                "move",
                "return",
                "fax",
                "voice",
                "add",
                "reject",
                "revive",
                "codecs",
                "swap",
                "mux",
            ),
            (20, 30, 12, 15, 6, 6, 6, 7, 6, 6, 8, 2, 4),
        )[0]

    def apply(self, speaker, change):
        """What a re-INVITE changes. Returns the direction that it asks for."""
        at = self.random.randrange(len(self.sections))
        section = self.sections[at]
        if change in ("move", "return"):
            speaker.move(at, change == "return")
        elif change == "fax":
            self.sections[0] = Section("image", "udptl", ["t38"])
            if self.chance(0.4):
                speaker.move(0)
        elif change == "voice":
            self.sections[0] = Section("audio", "RTP/AVP", ["8", "101"])
        elif change == "add" and len(self.sections) < 4:
            self.sections.append(self.new_section(1))
        elif change == "reject" and len(self.sections) > 1:
            section.rejected = True
        elif change == "revive":
            for one in self.sections:
                one.rejected = False
        elif change == "codecs" and section.is_rtp:
            section.formats = self.random.sample(section.formats, self.random.randint(1, len(section.formats)))
        elif change == "swap" and len(self.sections) > 1:
            self.sections[0], self.sections[1] = self.sections[1], self.sections[0]
            speaker.port[0], speaker.port[1] = speaker.port.get(1, 0), speaker.port.get(0, 0)
        elif change == "mux":
            speaker.mux = not speaker.mux
        if change == "hold":
            return self.random.choice(HOLDS)
        return "sendrecv" if change == "resume" else None

    def sdp(self, speaker, change):
        if change is None and not speaker.agreed:
            speaker.mux = self.chance(0.2)
        direction = (
            self.apply(speaker, change)
            if change
            else self.random.choices((None, "sendrecv", "recvonly", "sendonly"), (75, 15, 2, 2))[0]
        )
        speaker.version += 1
        at_session = direction and not direction.startswith("zero") and self.chance(0.15)
        media = [
            self.section(
                speaker, index, section, None if at_session else direction, section.rejected, list(section.formats)
            )
            for index, section in enumerate(self.sections)
        ]
        return {
            "version": speaker.version,
            "session": self.session_lines(direction if at_session else None),
            "media": media,
        }

    def session_lines(self, direction):
        lines = ["a=" + direction] if direction else []
        if self.unknown_lines and self.chance(0.5):
            lines.append("a=x-session:keep me")
        return lines

    def section(self, speaker, index, section, direction, rejected, formats):
        lines = []
        if self.media_connection:
            lines.append("c=own")
        zero = bool(direction) and direction.startswith("zero")
        direction = direction.replace("zero", "").strip() if direction else None
        if section.is_rtp:
            for payload_type in formats:
                lines += CODECS[section.kind].get(payload_type, ())
            if section.kind == "audio" and self.chance(0.2):
                lines.append("a=ptime:20")
            if speaker.mux:
                lines.append("a=rtcp-mux")
            elif self.chance(0.1):
                lines.append("a=rtcp:%d" % (speaker.port_of(index) + 1))
            if self.extensions:
                lines.append("a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level")
        elif section.kind == "image":
            lines += ["a=T38FaxVersion:0", "a=T38FaxUdpEC:t38UDPRedundancy"]
        elif section.kind == "message":
            lines += ["a=path:msrp://host:%d/session;tcp" % speaker.port_of(index), "a=accept-types:text/plain"]
        elif section.kind == "application":
            lines += ["a=floorctrl:c-s", "a=confid:1"]
        if self.mid:
            lines.append("a=mid:%s%d" % (section.kind[0], index))
        if self.unknown_lines:
            lines.append("a=x-media:keep me")
        if direction:
            lines.append("a=" + direction)
        return {
            "m": section.kind,
            "port": 0 if rejected else speaker.port_of(index),
            "proto": section.proto,
            "formats": formats,
            "zero": zero,
            "lines": lines,
        }

    def answer_sdp(self, speaker, offer):
        """An answer to what the offer said; codecs that a filter took away are not chosen."""
        speaker.version += 1
        filtered = offer["keys"].get("codec")
        if self.chance(0.12):
            speaker.mux = not speaker.mux
        options = offer["keys"].get("rtcp-mux", ())
        if "require" in options:
            speaker.mux = True
        media = []
        for index, (offered, section) in enumerate(zip(offer["sdp"]["media"], self.sections)):
            may_mux = (
                "offer" in options
                or "require" in options
                or ("a=rtcp-mux" in offered["lines"] and "demux" not in options)
            )
            rejected = offered["port"] == 0 or (index and self.chance(0.12))
            formats = offered["formats"]
            if section.is_rtp:
                left = [one for one in formats if survives(one, filtered)] or formats
                formats = self.random.sample(left, self.random.randint(1, len(left))) if self.chance(0.5) else left
                if formats == ["101"]:
                    formats = left
            direction = BACK[direction_of(offer["sdp"], offered)]
            if offered["zero"]:
                direction = self.random.choice((direction, "inactive", "recvonly", None))
            elif self.chance(0.1):
                direction = self.random.choice((None, "inactive", "sendrecv"))
            if section.is_rtp and section.proto != offered["proto"]:
                section.proto = offered["proto"]
            one = self.section(speaker, index, section, direction, rejected, list(formats))
            if "transport-protocol" in offer["keys"] and section.is_rtp:
                one["proto"] = offer["keys"]["transport-protocol"]
            if not may_mux:
                one["lines"] = [line for line in one["lines"] if line != "a=rtcp-mux"]
            media.append(one)
        return {"version": speaker.version, "session": self.session_lines(None), "media": media}

    def remember(self):
        """What a refused offer leaves as it was."""
        sections = [
            (section, section.kind, section.proto, list(section.formats), section.rejected) for section in self.sections
        ]
        ports = {name: (dict(party.port), party.newest, party.mux) for name, party in self.parties.items()}
        return sections, ports

    def recall(self, before):
        sections, ports = before
        self.sections = []
        for section, kind, proto, formats, rejected in sections:
            section.kind, section.proto, section.formats, section.rejected = kind, proto, formats, rejected
            self.sections.append(section)
        for name, (port, newest, mux) in ports.items():
            party = self.parties[name]
            party.port, party.newest, party.mux = dict(port), newest, mux

    # ---- what else happens

    def media(self):
        """Everybody who was told where to send does so in every section, sometimes to where an earlier SDP told."""
        sends = []
        for party in self.parties.values():
            told = party.newest
            if told is None:
                continue
            if party.agreed and self.chance(0.3):
                told = party.agreed
            for index, section in enumerate(self.sections):
                if section.kind == "message" or section.rejected:
                    continue
                one = {"by": party.name, "told": told, "section": index, "port": party.port_of(index)}
                if not section.is_rtp:
                    sends.append({**one, "what": "datagram"})
                    continue
                sends.append({**one, "what": "rtp", "pt": int(self.random.choice(section.formats))})
                if self.chance(0.5):
                    sends.append({**one, "what": "rtcp"})
        if sends:
            self.add("media", sends=sends)

    def query(self):
        req = {"command": "query", "call-id": "${CALL}"}
        form = self.random.choice(("all", "all", "from", "to", "nobody", "no call"))
        if form == "from":
            req["from-tag"] = "${%s}" % self.random.choice("ab")
        elif form == "to":
            req.update({"from-tag": "${a}", "to-tag": "${b}"})
        elif form == "nobody":
            req["from-tag"] = "nobody"
        elif form == "no call":
            req["call-id"] = "${CALL}-not"
        self.add("command", req=req)

    def command(self):
        verb = self.random.choice(("block media", "silence media", "block DTMF"))
        req = {"command": verb, "call-id": "${CALL}"}
        whom = self.random.choice(("all", "from", "from", "label", "address", "nobody"))
        who = self.random.choice("ab")
        if whom == "from":
            req.update({"from-tag": "${%s}" % who, "flags": ["directional"]})
        elif whom == "label" and self.labels:
            req["label"] = "label-" + who
        elif whom == "address":
            req["address"] = "${%s}" % who.upper()
        elif whom == "nobody":
            req.update({"from-tag": "nobody", "flags": ["directional"]})
        self.add("command", req=req)
        self.media()
        if self.chance(0.6):
            self.add("command", req={**req, "command": "un" + verb})
            self.media()

    def delete(self):
        req = {"command": "delete", "call-id": "${CALL}", "delete-delay": 0}
        form = self.random.choice(
            (
                "call",
                "call",
                "from",
                "from to",
                "to",
                "flag",
                "branch",
                "callee",
                "unknown from",
                "unknown to",
                "no call",
            )
        )
        tags = {
            "from": ("${a}", None),
            "from to": ("${a}", "${%s}" % self.callee.name),
            "to": (None, "${b}"),
            "flag": ("${a}", "${b}"),
            "branch": ("${a}", None),
            "callee": ("${%s}" % self.callee.name, None),
            "unknown from": ("nobody", None),
            "unknown to": ("${a}", "nobody"),
        }.get(form, (None, None))
        for key, tag in zip(("from-tag", "to-tag"), tags):
            if tag:
                req[key] = tag
        if form == "flag" or (form == "unknown to" and self.chance(0.5)):
            req["flags"] = ["to-tag"]
        if form == "branch":
            req["via-branch"] = "branch-%d" % self.random.choice((1, 2))
        if form == "no call":
            req["call-id"] = "${CALL}-not"
        if self.chance(0.1):
            req.setdefault("flags", []).append("fatal")
        self.add("command", req=req)


def survives(payload_type, codec):
    """Whether a codec filter leaves a payload type."""
    if not codec:
        return True
    name = NAMES[payload_type]
    if name in codec.get("except", ()) or name in codec.get("offer", ()):
        return True
    return "all" not in codec["strip"] and name not in codec["strip"]


def direction_of(sdp, media):
    """The direction of a section, as an SDP says it."""
    words = [line[2:] for line in sdp["session"] + media["lines"] if line[2:] in BACK]
    return words[-1] if words else None


def dialogue(seed):
    """The dialogue of a seed: always the same one."""
    return Generator(seed).dialogue()
