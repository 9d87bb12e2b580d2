"""What happened in a dialogue, for the rules: what was said before a difference, and what is compared no more."""

from dialogue_steps import direction_of

COUNTERS = ("packets", "bytes", "errors")
ABSENT = "(absent)"


class History:
    """What happened in a dialogue, and which parts of it are not compared any more."""

    def __init__(self, held, seen):
        self.steps, self.tandem, self.rtpengine = held["steps"], seen[0], seen[1]
        self.families = held["families"]
        self.sections, self.call, self.counters = set(), False, False

    def is_tainted(self, difference):
        return self.call or difference.section in self.sections or (self.counters and difference.path[-1] in COUNTERS)

    def taint(self, rule, difference):
        # Packets that only one of both has passed on are counted by one of both.
        self.counters |= difference.path[0] == "heard" or difference.path[-1] in COUNTERS or rule.spreads is not None
        if rule.spreads == "call":
            self.call = True
        elif rule.spreads == "section" and difference.section is not None:
            self.sections.add(difference.section)

    def at(self, said, difference, depth, step=None):
        """What a relay said at the first so many parts of a path, in the same or another step; None if nothing."""
        value = said[(step or difference.step)["id"]]
        for part in difference.path[:depth]:
            if isinstance(value, list):
                value = value[int(part)] if int(part) < len(value) else None
            else:
                value = (value or {}).get(part)
        return value

    def source(self, difference):
        """The section that the speaker of a message wrote."""
        return difference.step["sdp"]["media"][difference.section]

    def kind(self, section):
        """The type that a section had last."""
        kinds = [
            step["sdp"]["media"][section]["m"]
            for step in self.steps
            if "sdp" in step and section < len(step["sdp"]["media"])
        ]
        return kinds[-1] if kinds else None

    def is_silenced(self, step):
        """Whether a party is silenced when a step comes."""
        silenced = False
        for one in self.before(step):
            silenced |= one.get("req", {}).get("command") == "silence media"
            silenced &= one.get("req", {}).get("command") != "unsilence media"
        return silenced

    def send(self, difference):
        """The packet that a difference in what is heard is about."""
        return difference.step["sends"][int(difference.path[1].split(" hears ")[1].split(" ")[0])]

    def hearer(self, difference):
        return difference.path[1].split(":")[0]

    def may_send(self, difference):
        """Whether the newest SDPs of both parties let the one who sent a packet do so."""
        send = self.send(difference)
        hearer = self.hearer(difference)
        newest = {}
        for step in self.before(difference.step):
            if "sdp" in step and send["section"] < len(step["sdp"]["media"]):
                media = step["sdp"]["media"][send["section"]]
                newest[step["by"]] = direction_of(step["sdp"], media), media["zero"]
        sender, listener = newest.get(send["by"], (None, False)), newest.get(hearer, (None, False))
        return (
            sender[0] not in ("recvonly", "inactive")
            and listener[0] not in ("sendonly", "inactive")
            and not listener[1]
        )

    def was_rejected(self, difference):
        """Whether anybody has rejected a section before."""
        return any(
            difference.section is not None
            and difference.section < len(step["sdp"]["media"])
            and step["sdp"]["media"][difference.section]["port"] == 0
            for step in self.before(difference.step)
            if "sdp" in step
        )

    def has_open_mux(self, offer):
        """Whether mux was offered before, in any direction, and not answered."""
        open_sections = set()
        for step in self.before(offer):
            if step is offer or "sdp" not in step:
                continue
            told = (self.rtpengine[step["id"]].get("sdp") or {}).get("media", ())
            for index, media in enumerate(step["sdp"]["media"]):
                if step["op"] == "answer" and media["port"]:
                    open_sections.discard(index)
                elif "a=rtcp-mux" in media["lines"] or (
                    index < len(told) and "a=rtcp-mux" in told[index].get("attrs", ())
                ):
                    open_sections.add(index)
        return bool(open_sections)

    def said(self, name, step, section):
        """What a party has said about a section before a step: [(message, section of its SDP)]."""
        return [
            (one, one["sdp"]["media"][section])
            for one in self.before(step)
            if one.get("by") == name and "sdp" in one and section < len(one["sdp"]["media"])
        ]

    def newest(self, name, step, section, line):
        """Whether the newest SDP of a party has a line in a section."""
        said = self.said(name, step, section)
        return bool(said) and line in said[-1][1]["lines"]

    def is_open(self, name, step, fits, section):
        """Whether the newest offer of a party says such a thing and has no answer."""
        said = [(one, media) for one, media in self.said(name, step, section)]
        if not said or said[-1][0]["op"] != "offer" or not fits(said[-1][1]):
            return False
        return not any(
            one["op"] == "answer" and one["from"] == name and one["id"] > said[-1][0]["id"] for one in self.before(step)
        )

    def has_moved(self, name, step, section):
        """Whether the newest offer of a party with another port than it had before has no answer."""
        said = self.said(name, step, section)
        offers = [
            at
            for at in range(1, len(said))
            if said[at][0]["op"] == "offer" and said[at][1]["port"] != said[at - 1][1]["port"]
        ]
        answers = [one["id"] for one in self.before(step) if one["op"] == "answer" and one["from"] == name]
        return any(not any(said[at][0]["id"] < answer < following(said, at) for answer in answers) for at in offers)

    def is_about_who_is_left(self, difference):
        """Whether only one of both relays still has the call, or refuses to end it."""
        said = self.tandem[difference.step["id"]], self.rtpengine[difference.step["id"]]
        if difference.path[0] == "heard":
            return any(not one["heard"] for one in said)
        return any(said[0].get(key) != said[1].get(key) for key in ("result", "warning", "error-reason"))

    def has_open_offer(self, step):
        """Whether the newest message before a step is an offer without an answer."""
        messages = [one["op"] for one in self.before(step) if "sdp" in one]
        return bool(messages) and messages[-1] == "offer"

    def is_heard_elsewhere(self, difference):
        """Whether both relays bring the packet to this party, from or to another port."""
        hearer, packet = (
            difference.path[1].split(" from ")[0].split(":")[0],
            difference.path[1].split(" hears ")[1].split(" ")[0],
        )
        return all(
            any(key.startswith(hearer) and " hears %s " % packet in key for key in said[difference.step["id"]]["heard"])
            for said in (self.tandem, self.rtpengine)
        )

    def before(self, step):
        """The steps up to this one, with it."""
        for one in self.steps:
            yield one
            if one is step:
                return


def following(said, at):
    """The number of the next message."""
    return said[at + 1][0]["id"] if at + 1 < len(said) else 1 << 30
