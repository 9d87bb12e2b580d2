"""Dialogues written by hand: each always shows one of the known differences."""


def call(*steps, **families):
    """A dialogue of these steps; all parties speak IPv4 unless said otherwise."""
    return {
        "families": {"a": 4, "b": 4, "c": 4, **families},
        "steps": [{"id": number, **step} for number, step in enumerate(steps, 1)],
    }


def body(*sections, version=1):
    """An SDP: each section is "audio 6000 RTP/AVP 8 101", and its lines behind "|"; "zero" is the zero address."""
    media = []
    for section in sections:
        head, *lines = section.split("|")
        kind, port, proto, *formats = head.split()
        media.append(
            {
                "m": kind,
                "port": int(port),
                "proto": proto,
                "formats": formats,
                "zero": "zero" in lines,
                "lines": [line for line in lines if line != "zero"],
            }
        )
    return {"version": version, "session": [], "media": media}


def offer(by, *sections, to=None, **keys):
    step = {"op": "offer", "by": by, "from": by, "sdp": body(*sections), "keys": spelled(keys)}
    return {**step, "to": to} if to else step


def answer(by, *sections, to="a", **keys):
    return {"op": "answer", "by": by, "from": to, "to": by, "sdp": body(*sections), "keys": spelled(keys)}


def media(*sends):
    """Packets: each is "b 6000 rtp section 0 told 1"."""
    steps = []
    for send in sends:
        by, port, what, _, section, _, told = send.split()
        steps.append({"by": by, "port": int(port), "what": what, "section": int(section), "told": int(told), "pt": 8})
    return {"op": "media", "sends": steps}


def command(**req):
    return {"op": "command", "req": {"call-id": "${CALL}", **spelled(req)}}


def spelled(keys):
    return {name.replace("_", "-"): value for name, value in keys.items()}


A = B = "audio 6000 RTP/AVP 8"
MUX = A + "|a=rtcp-mux"
FAX = "image 6000 udptl t38"
HELD = A + "|zero"

WITNESSES = {
    "section-changes-type": call(
        offer("a", A), answer("b", B), offer("a", FAX, to="b"), media("a 6000 rtp section 0 told 2")
    ),
    "delete-with-a-to-tag-removes-that-party": call(
        offer("a", A, via_branch="1"),
        offer("a", A, via_branch="2"),
        answer("b", B, via_branch="1"),
        answer("c", B, via_branch="2"),
        command(command="delete", from_tag="${a}", to_tag="${b}", flags=["to-tag"], delete_delay=0),
        command(command="query"),
        media("a 6000 rtp section 0 told 4"),
    ),
    "muxed-port-becomes-a-pair": call(
        offer("a", A, rtcp_mux=["require"]), answer("b", MUX), offer("b", B, to="a"), answer("a", A, to="b")
    ),
    "an-open-offer-moves-nobody": call(
        offer("a", A),
        answer("b", B),
        media("b 6000 rtp section 0 told 1", "a 6000 rtp section 0 told 2"),
        offer("b", "audio 6002 RTP/AVP 8", to="a"),
        media("b 6002 rtp section 0 told 1"),
        media("b 6000 rtp section 0 told 1"),
    ),
    "zero-address-hold-with-the-real-address": call(
        offer("a", A),
        answer("b", B),
        offer("a", HELD, to="b", replace=["zero-address"]),
        answer("b", B),
        media("a 6000 rtp section 0 told 4", "b 6000 rtp section 0 told 3"),
    ),
}
