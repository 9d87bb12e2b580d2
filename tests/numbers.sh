#!/bin/bash
# Numbers that operators alarm on are those of what happened: media that nobody sent, traffic by interface, time spent
# for proxies. None of them comes from a test's own stand-in.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"
RELAY=tandem
relay_start --delete-delay 0

metrics() {
    python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' \
        "http://$HTTP/metrics"
}

# sum NAME LABEL...: a metric over all shards, with these labels.
sum() {
    metrics | python3 -c '
import sys
name, labels = sys.argv[1], sys.argv[2:]
lines = [line for line in sys.stdin if line.startswith(name) and all(label in line for label in labels)]
assert lines, f"no {name} {labels}"
print(round(sum(float(line.rsplit(" ", 1)[1]) for line in lines)))' "$@"
}

# One call with media both ways, one with media from A alone, one that nobody talks in.
python3 - "$NG" <<'PY'
import json, re, socket, sys, time
host, port = sys.argv[1].rsplit(":", 1)
proxy = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
proxy.settimeout(5)

def ng(**request):
    request = {key.replace("_", "-"): value for key, value in request.items()}
    proxy.sendto(b"%d %s" % (time.monotonic_ns(), json.dumps(request).encode()), (host, int(port)))
    return json.loads(proxy.recv(65535).split(b" ", 1)[1])

def sdp(ip, port):
    return f"v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"

def media(reply):
    ip = re.search(r"c=IN IP4 (\S+)", reply["sdp"])[1]
    return ip, int(re.search(r"m=audio (\d+)", reply["sdp"])[1])

for name, sends in [("both", "ab"), ("one", "a"), ("none", "")]:
    to_b = media(ng(command="offer", call_id=name, from_tag="a", sdp=sdp("127.10.0.1", 6000)))
    to_a = media(ng(command="answer", call_id=name, from_tag="a", to_tag="b", sdp=sdp("127.20.0.1", 6010)))
    parties = {}
    for party, address, to in [("a", ("127.10.0.1", 6000), to_a), ("b", ("127.20.0.1", 6010), to_b)]:
        parties[party] = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM), to)
        parties[party][0].bind(address)
        parties[party][0].settimeout(5)
    for sequence in range(50):
        for party in sends:
            packet = b"\x80\x00" + sequence.to_bytes(2, "big") + bytes(4) + party.encode() * 4 + bytes(160)
            parties[party][0].sendto(packet, parties[party][1])
            parties["b" if party == "a" else "a"][0].recv(2048)
    for end, _ in parties.values():
        end.close()
    ng(command="delete", call_id=name, from_tag="a")
PY

[ "$(sum tandem_zero_way_streams_total{) $(sum tandem_one_way_streams_total{)" = "1 1" ] ||
    fail "zero-way and one-way: $(sum tandem_zero_way_streams_total{) $(sum tandem_one_way_streams_total{)"
relay_cli list totals | contains -E 'no relayed packets +:1$' ||
    fail "list totals: $(relay_cli list totals | grep relayed)"
[ "$(sum tandem_interface_packets_total 'direction="in"' 'interface="pub"')" = 150 ] || fail "interface traffic in"
[ "$(sum tandem_interface_packets_total 'direction="out"' 'interface="pub"')" = 150 ] || fail "interface traffic out"
[ "$(sum tandem_interface_bytes_total 'direction="out"' 'interface="pub"')" = $((150 * 172)) ] || fail "bytes out"
relay_cli list interfaces >"$WORK/interfaces"
grep -Eq "Ingress: +150 / +25800 / +0$" "$WORK/interfaces" || fail "list interfaces: $(cat "$WORK/interfaces")"
! grep -qi nan "$WORK/interfaces" || fail "list interfaces says nan"

# Durations are measured, and what counts as one thing is one thing.
relay_cli list jsonstats | python3 -c '
import json, sys
stats = json.load(sys.stdin)
(proxy,) = stats["controlstatistics"]["proxies"]
assert proxy["offercount"] == 3 and 0 < proxy["offerduration"] < 5, proxy
assert 0 < proxy["deleteduration"] < 5 and proxy["pingduration"] >= 0, proxy
assert stats["totalstatistics"]["relayedbytes"] == 150 * 172, stats["totalstatistics"]
assert stats["totalstatistics"]["zerowaystreams"] == 1
assert any(i["ingress"]["packets"] == 150 and i["egress"]["packets"] == 150 for i in stats["interfaces"])'
[ "$(metrics | grep -Ec 'reason="rtcp-consumed"|cause="failed"')" = 0 ] || fail "names that can never count"
[ "$(sum tandem_events_lost_total)" = 0 ] || fail "events lost"
"$TANDEM" ctl --socket "$WORK/ctl.sock" status --json | contains '"events_lost"' || fail "events lost are not shown"
echo "PASS: numbers are of what happened"
