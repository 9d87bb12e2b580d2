#!/usr/bin/env python3
"""Judges the media of the calls, from two sides.

  media.py query BENCH NG        asks the relay about every call: calls two seconds old must have media both ways
  media.py watch CALLS PER_CALL  counts packets on loopback until SIGTERM, then prints a verdict

`watch` sees what the phones themselves receive. The caller is 127.0.0.5, the called party 127.0.0.6, the relay
127.0.0.1. There are four legs: caller to relay, relay to called, called to relay, relay to caller. Each must have a
flow per call, and what leaves the relay must be what came in: every packet, whole, in sequence.
"""
import json, signal, socket, struct, subprocess, sys, time

CALLER, CALLED, RELAY = (socket.inet_aton(a) for a in ("127.0.0.5", "127.0.0.6", "127.0.0.1"))
LEGS = {
    (CALLER, RELAY): "caller to relay",
    (RELAY, CALLED): "relay to called",
    (CALLED, RELAY): "called to relay",
    (RELAY, CALLER): "relay to caller",
}
# Packets of one call that may be under way when the call is hung up.
UNDER_WAY = 3
SO_RCVBUFFORCE = 33


def query(bench, ng):
    def ask(**request):
        run = subprocess.run([bench, "ng", "--ng", ng, json.dumps(request)], capture_output=True)
        return json.loads(run.stdout)

    good = young = 0
    for call in ask(command="list", limit=1000)["calls"]:
        reply = ask(**{"command": "query", "call-id": call})
        if reply["result"] != "ok":
            continue  # it ended meanwhile
        streams = [tag["medias"][0]["streams"][0] for tag in reply["tags"].values() if tag["medias"]]
        packets = [stream["stats"]["packets"] for stream in streams]
        if len(packets) == 2 and min(packets) > 0:
            good += 1
        elif time.time() - reply["created"] < 2:
            young += 1
        else:
            sys.exit(f"call {call} has media {packets}")
    print(f"relay: {good} calls with media both ways, {young} too young to tell")
    if good < 10:
        sys.exit("too few calls were up")


class Flow:
    """The packets of one SSRC from one port to another."""

    def __init__(self):
        self.packets, self.gaps, self.damaged, self.last = 0, 0, 0, None

    def add(self, rtp):
        self.packets += 1
        if len(rtp) != 172 or rtp[0] != 0x80 or rtp[12:] != b"U" * 160:
            self.damaged += 1
            return
        sequence = struct.unpack("!H", rtp[2:4])[0]
        if self.last is not None and sequence != (self.last + 1) % 65536:
            self.gaps += 1
        self.last = sequence


def watch(calls, per_call):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    wire.bind(("lo", 0x0800))
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    wire.settimeout(0.2)
    flows = {leg: {} for leg in LEGS}
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    print("watching", flush=True)
    while not ending:
        try:
            packet, address = wire.recvfrom(2048)
        except TimeoutError:
            continue
        # Loopback shows every packet twice, going out and coming in.
        if address[2] != socket.PACKET_HOST or packet[9] != socket.IPPROTO_UDP:
            continue
        leg = flows.get((packet[12:16], packet[16:20]))
        header = (packet[0] & 15) * 4
        source, target, length = struct.unpack("!HHH", packet[header:header + 6])
        if leg is not None:
            # Both sides may give a port to a later call again: the SSRC tells the calls apart.
            rtp = packet[header + 8:header + length]
            leg.setdefault((source, target, rtp[8:12]), Flow()).add(rtp)
    verdict(flows, calls, per_call)


def verdict(flows, calls, per_call):
    wrong = []
    totals = {}
    for leg, name in LEGS.items():
        these = flows[leg].values()
        totals[leg] = sum(flow.packets for flow in these)
        fewest = min((flow.packets for flow in these), default=0)
        gaps, damaged = sum(flow.gaps for flow in these), sum(flow.damaged for flow in these)
        print(f"{name}: {len(these)} flows, {totals[leg]} packets, fewest {fewest}, gaps {gaps}, damaged {damaged}")
        if len(these) != calls or fewest < per_call or gaps or damaged:
            wrong.append(name)
    for came, went in (((CALLER, RELAY), (RELAY, CALLED)), ((CALLED, RELAY), (RELAY, CALLER))):
        if not 0 <= totals[came] - totals[went] <= UNDER_WAY * calls:
            wrong.append(f"{LEGS[came]} {totals[came]} but {LEGS[went]} {totals[went]}")
    if wrong:
        sys.exit("media is wrong: " + "; ".join(wrong))


if sys.argv[1] == "query":
    query(*sys.argv[2:])
else:
    watch(*(int(argument) for argument in sys.argv[2:]))
