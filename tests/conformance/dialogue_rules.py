"""Where tandem may answer otherwise than rtpengine in a random dialogue: each rule says which differences it explains.

dialogues.md has the reason of each. The first rule that fits counts.
"""

import dialogue_witnesses
from dialogue_history import ABSENT
from dialogue_steps import survives

RULES = []


class Rule:
    """Explains differences of one kind.

    kind: "intended", or "known" for a fault of tandem that is to be fixed. spreads: what else of the dialogue follows
    from such a difference and is not compared from then on: nothing, the "section", or the whole "call". witness: a
    dialogue that always shows it; each known fault has one.
    """

    def __init__(self, name, kind, spreads, explains):
        self.name, self.kind, self.spreads, self.explains = name, kind, spreads, explains
        self.witness = dialogue_witnesses.WITNESSES.get(name)


def rule(kind, spreads=None):
    def add(explains):
        RULES.append(Rule(explains.__name__.replace("_", "-"), kind, spreads, explains))
        return explains

    return add


def attribute(difference, *prefixes):
    """Whether the difference is a line of a section (or of the session) that begins so."""
    return "attrs" in difference.path and difference.path[-1].startswith(prefixes)


def only_ours(difference):
    return difference.rtpengine == ABSENT


def only_theirs(difference):
    return difference.tandem == ABSENT


def is_heard(difference):
    """Whether the difference is about a packet of its step."""
    return difference.path[0] == "heard" and difference.step["id"] != 0


@rule("intended")
def static_payload_types_named(difference, history):
    return only_theirs(difference) and attribute(
        difference, "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:9 G722/8000"
    )


@rule("intended")
def media_address_in_origin(difference, history):
    return difference.path == ("sdp", "o") and difference.rtpengine.endswith((" 203.0.113.9", " 2001:db8::9"))


@rule("intended")
def ptime_of_an_earlier_sdp(difference, history):
    return (
        only_theirs(difference)
        and attribute(difference, "a=ptime:")
        and "a=ptime:20" not in history.source(difference)["lines"]
    )


@rule("intended", spreads="section")
def formats_as_the_speaker_says(difference, history):
    if difference.path[-1] == "fmts":
        codec = difference.step["keys"].get("codec")
        formats = history.source(difference)["formats"]
        return difference.tandem == ([one for one in formats if survives(one, codec)] or formats)
    if attribute(difference, "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:") and difference.section is not None:
        payload_type = difference.path[-1].split(":")[1].split(" ")[0]
        ours, theirs = (
            (history.at(said, difference, 3) or {}).get("fmts", ()) for said in (history.tandem, history.rtpengine)
        )
        return payload_type in (ours if only_ours(difference) else theirs) and payload_type not in (
            theirs if only_ours(difference) else ours
        )
    return False


@rule("intended")
def no_lines_of_formats_that_are_gone(difference, history):
    if not only_theirs(difference) or not attribute(difference, "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"):
        return False
    fmts = history.at(history.rtpengine, difference, 3).get("fmts", ())
    return difference.path[-1].split(":")[1].split(" ")[0] not in fmts


@rule("intended")
def mid_of_media_that_is_not_relayed(difference, history):
    twice = (difference.tandem, difference.rtpengine) == (1, 2)
    return twice and attribute(difference, "a=mid:") and history.kind(difference.section) == "message"


@rule("intended")
def statistics_of_a_delete_without_from_tag(difference, history):
    req = difference.step.get("req", {})
    return (
        req.get("command") == "delete"
        and "from-tag" not in req
        and difference.path[0] in ("tags", "totals")
        and only_ours(difference)
    )


@rule("intended", spreads="call")
def delete_ignores_a_to_tag_without_the_flag(difference, history):
    deletes = [
        step["req"] for step in history.before(difference.step) if step.get("req", {}).get("command") == "delete"
    ]
    ignored = any("from-tag" in req and "to-tag" in req and "to-tag" not in req.get("flags", ()) for req in deletes)
    return ignored and history.is_about_who_is_left(difference)


@rule("known", spreads="call")
def delete_with_a_to_tag_removes_that_party(difference, history):
    deletes = [
        step["req"] for step in history.before(difference.step) if step.get("req", {}).get("command") == "delete"
    ]
    flagged = any("from-tag" in req and "to-tag" in req and "to-tag" in req.get("flags", ()) for req in deletes)
    return flagged and history.is_about_who_is_left(difference)


@rule("intended")
def streams_that_have_no_port(difference, history):
    return (
        (only_theirs(difference) and difference.path[4:6] == ("streams", "1"))
        or (difference.path[-1] == "streams" and difference.tandem == [])
        or (only_theirs(difference) and "streams" in difference.path and history.kind(difference.section) == "message")
    )


@rule("intended")
def silence_without_transcoder(difference, history):
    return is_heard(difference) and history.is_silenced(difference.step)


@rule("intended")
def who_may_not_send(difference, history):
    return is_heard(difference) and only_theirs(difference) and not history.may_send(difference)


@rule("intended", spreads="call")
def second_to_tag(difference, history):
    answered = [
        step["by"]
        for step in history.before(difference.step)
        if step["op"] == "answer" and "via-branch" not in step["keys"]
    ]
    if not {"b", "c"} <= set(answered):
        return False
    if is_heard(difference):
        # Both tags are one party, which may send what its newest SDP says.
        section = history.send(difference)["section"]
        silent = any(
            history.newest(name, difference.step, section, line)
            for name in "bc"
            for line in ("a=inactive", "a=recvonly")
        )
        return only_ours(difference) or history.is_heard_elsewhere(difference) or silent
    return difference.path[0] in ("tags", "error-reason", "result", "totals", "sdp")


@rule("known", spreads="section")
def section_changes_type(difference, history):
    if difference.section is None:
        return False
    kinds = {
        step["sdp"]["media"][difference.section]["m"]
        for step in history.before(difference.step)
        if "sdp" in step and difference.section < len(step["sdp"]["media"])
    }
    return len(kinds) > 1


@rule("intended")
def learned_before_the_answer(difference, history):
    return (
        only_ours(difference)
        and "endpoint" in difference.path
        and not (history.at(history.rtpengine, difference, 6) or {}).get("advertised endpoint", True)
    )


@rule("intended")
def hold_with_media_address(difference, history):
    return (
        difference.path[-1] == "conn"
        and difference.rtpengine.endswith((" 203.0.113.9", " 2001:db8::9"))
        and history.source(difference)["zero"]
    )


@rule("intended", spreads="section")
def family_of_an_added_section(difference, history):
    return (
        difference.path[-1] == "conn"
        and difference.step["op"] == "offer"
        and difference.step.get("to")
        and (
            "address family" not in difference.step["keys"]
            and difference.rtpengine.split()[1] != difference.tandem.split()[1]
        )
    )


@rule("intended", spreads="call")
def sdp_media_remove(difference, history):
    return "sdp-media-remove" in difference.step.get("keys", ())


@rule("intended")
def no_rtcp_port_where_mux_is_certain(difference, history):
    if difference.path[-1] != "local port" or difference.path[-2] != "1":
        return False
    streams = history.at(history.rtpengine, difference, 5)
    return bool(streams) and difference.rtpengine != "%s+1" % streams[0]["local port"]


@rule("intended")
def endpoint_without_an_address(difference, history):
    if not {"endpoint", "advertised endpoint"} & set(difference.path):
        return False
    theirs = history.at(history.rtpengine, difference, 7) or {}
    return theirs.get("address") in ("0.0.0.0", "::") or theirs.get("port") == "0"


@rule("intended")
def protocol_of_other_media(difference, history):
    return difference.path[-1] == "protocol" and difference.rtpengine is None


@rule("intended")
def sdp_version_of_an_equal_body(difference, history):
    if difference.path != ("sdp", "o") or "SDP-version" not in difference.step["keys"].get("replace", ()):
        return False
    ours, theirs = difference.tandem.split(), difference.rtpengine.split()
    return int(ours[2]) > int(theirs[2]) and ours[:2] + ours[3:] == theirs[:2] + theirs[3:]


@rule("intended", spreads="section")
def rejected_section_comes_back(difference, history):
    return difference.path[0] == "heard" and only_ours(difference) and history.was_rejected(difference)


@rule("intended")
def rejected_section_in_query(difference, history):
    return difference.path[0] == "tags" and history.was_rejected(difference)


@rule("intended")
def statistics_of_a_delete_of_nobody(difference, history):
    return difference.step.get("req", {}).get("command") == "delete" and (
        history.rtpengine[difference.step["id"]].get("tags") == {}
    )


@rule("intended", spreads="call")
def mux_that_was_not_agreed(difference, history):
    return (
        attribute(difference, "a=rtcp") and difference.step["op"] == "offer" and history.has_open_mux(difference.step)
    )


@rule("intended", spreads="section")
def zero_address_keeps_the_ports(difference, history):
    return difference.path[-1] == "port" and difference.path[0] == "sdp" and history.source(difference)["zero"]


@rule("intended")
def rtcp_address_on_hold(difference, history):
    return (
        attribute(difference, "a=rtcp:")
        and "full-rtcp-attribute" in difference.step["keys"].get("flags", ())
        and history.source(difference)["zero"]
    )


@rule("intended")
def errors_of_unknown_payload_types(difference, history):
    return difference.path[-1] == "errors" and difference.rtpengine not in (ABSENT, 0) and difference.tandem == 0


@rule("intended")
def deleted_party_is_gone(difference, history):
    return (
        difference.path[0] == "tags"
        and only_theirs(difference)
        and any(
            step.get("req", {}).get("command") == "delete"
            for step in history.before(difference.step)
            if step is not difference.step
        )
    )


@rule("intended")
def rtcp_where_mux_is_not_agreed(difference, history):
    if not is_heard(difference) or not history.is_heard_elsewhere(difference):
        return False
    send = history.send(difference)
    muxes = [
        history.newest(name, difference.step, send["section"], "a=rtcp-mux")
        for name in (send["by"], history.hearer(difference))
    ]
    return send["what"] == "rtcp" and (history.has_open_offer(difference.step) or muxes != [True, True])


@rule("intended")
def parties_that_a_delete_shows(difference, history):
    req = difference.step.get("req", {})
    return (
        req.get("command") == "delete"
        and difference.path[0] in ("tags", "totals")
        and (
            history.tandem[difference.step["id"]].get("warning")
            == history.rtpengine[difference.step["id"]].get("warning")
        )
    )


@rule("intended")
def block_of_one_party(difference, history):
    if not is_heard(difference) or not only_theirs(difference):
        return False
    blocks = [
        step["req"]
        for step in history.before(difference.step)
        if step.get("req", {}).get("command") in ("block media", "block DTMF")
    ]
    return any({"from-tag", "label", "address"} & set(req) for req in blocks)


@rule("known", spreads="section")
def muxed_port_becomes_a_pair(difference, history):
    if difference.path[:2] != ("sdp", "media") or difference.path[-1] != "port" or only_theirs(difference):
        return False
    before = [
        (history.at(history.tandem, difference, 3, step) or {})
        for step in history.before(difference.step)
        if "sdp" in step
    ]
    return any(
        media.get("port") == difference.tandem and "a=rtcp-mux" in media.get("attrs", ()) for media in before[:-1]
    ) and ("a=rtcp-mux" not in before[-1].get("attrs", ()))


@rule("intended", spreads="section")
def every_branch_is_heard(difference, history):
    if not any("via-branch" in step.get("keys", ()) for step in history.before(difference.step)):
        return False
    if difference.path[0] == "heard":
        return only_ours(difference) or history.is_heard_elsewhere(difference)
    return difference.path[0] == "tags" and only_ours(difference)


@rule("intended")
def an_open_offer_changes_nothing(difference, history):
    if difference.path[0] == "tags" and "endpoint" in difference.path and difference.path[1][2:3] in history.families:
        return history.has_moved(difference.path[1][2], difference.step, difference.section)
    if not is_heard(difference):
        return False
    section = history.send(difference)["section"]
    if history.is_heard_elsewhere(difference):
        return history.has_moved(history.hearer(difference), difference.step, section)
    return only_ours(difference) and history.is_open(
        history.hearer(difference), difference.step, lambda media: media["zero"], section
    )


@rule("known", spreads="section")
def an_open_offer_moves_nobody(difference, history):
    if not is_heard(difference) or not only_theirs(difference):
        return False
    send = history.send(difference)
    return history.has_moved(send["by"], difference.step, send["section"])


@rule("intended", spreads="section")
def source_guard(difference, history):
    if not is_heard(difference) or not only_theirs(difference):
        return False
    mine = history.send(difference)
    sends = [send for step in history.before(difference.step) for send in step.get("sends", ())]
    return any(
        send["section"] == mine["section"] and send["by"] != mine["by"] and "a" not in (send["by"], mine["by"])
        for send in sends
    )


@rule("intended")
def payload_types_of_a_repeated_answer(difference, history):
    if not is_heard(difference) or not only_ours(difference):
        return False
    messages = [(one["op"], one["by"]) for one in history.before(difference.step) if "sdp" in one]
    return len(messages) > 2 and messages[-1][0] == "answer" and messages[-1] == messages[-2]


@rule("known")
def zero_address_hold_with_the_real_address(difference, history):
    if not is_heard(difference) or not only_ours(difference):
        return False
    said = history.said(history.hearer(difference), difference.step, history.send(difference)["section"])
    return bool(said) and said[-1][1]["zero"] and "zero-address" in said[-1][0]["keys"].get("replace", ())
