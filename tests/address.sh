#!/bin/bash
# A media address that is not on this host is said: in the log, by `status`, /ready and the metrics, and offers for it
# are refused as rtpengine does, so that the proxy goes to another relay. When it comes and goes it is noticed at
# once. A node of a ring goes on: the address may be at another node, and it is not ready unless it is a standby.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"

ADDRESS=192.0.2.77
if ! ip link add probe type bridge 2>/dev/null; then
    echo "SKIP: this needs a network of its own, which is not allowed here"
    exit 0
fi
ip link set probe up

# node_starts ARGUMENT...: a node with that address.
node_starts() {
    "$TANDEM" run --interface pub/$ADDRESS --listen-ng $NG --listen-http $HTTP --listen-ctl "$WORK/ctl.sock" \
        --port-min $PORT_MIN --port-max $PORT_MAX "$@" >>"$WORK/relay.log" 2>&1 &
    RELAY_PID=$!
    "$BENCH" ping --ng $NG --seconds 20 || fail "tandem does not answer"
}

ctl() {
    "$TANDEM" ctl --socket "$WORK/ctl.sock" "$@"
}

# http PATH: status and body.
http() {
    python3 - "$HTTP" "$1" <<'PYTHON'
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(f"http://{sys.argv[1]}{sys.argv[2]}", timeout=5)
except urllib.error.HTTPError as refused:
    answer = refused
print(answer.status, answer.read().decode().strip())
PYTHON
}

offer() {
    local sdp='v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n'
    ng "{\"command\":\"offer\",\"call-id\":\"$1\",\"from-tag\":\"a\",\"sdp\":\"$sdp\"}" 2>&1 || true
}

# status_is CODE: what `status` exits with.
status_is() {
    local status=0
    ctl status >"$WORK/status" || status=$?
    [ $status = "$1" ]
}

present_is() {
    http /metrics | contains -x "tandem_address_present{interface=\"pub\"} $1"
}

node_starts
within 3 status_is 7 || fail "absent: $(cat "$WORK/status")"
grep -q "pub/$ADDRESS .*NOT ON THIS HOST" "$WORK/status" || fail "status does not say it: $(cat "$WORK/status")"
ctl list interfaces --json | contains '"present": false' || fail "no word in JSON: $(ctl list interfaces --json)"
within 10 grep -q "WARN.*media address pub/$ADDRESS is not on this host: offers for it are refused" "$WORK/relay.log" ||
    fail "no warning"
[ "$(http /ready)" = "503 media address pub/$ADDRESS is not on this host" ] || fail "/ready: $(http /ready)"
[ "$(http /live)" = "200 live" ] || fail "/live: $(http /live)"
present_is 0 || fail "metrics: $(http /metrics | grep address)"
offer absent | contains 'Ran out of ports' || fail "an offer is not refused: $(offer absent)"

ip addr add $ADDRESS/32 dev probe
within 2 present_is 1 || fail "it is not noticed that the address came"
status_is 0 || fail "present: $(cat "$WORK/status")"
[ "$(http /ready)" = "200 ready" ] || fail "/ready: $(http /ready)"
offer present | contains "IN IP4 $ADDRESS" || fail "an offer is refused: $(offer present)"
within 10 grep -q "media address pub/$ADDRESS is on this host now" "$WORK/relay.log" ||
    fail "the log does not say that it came"

ip addr del $ADDRESS/32 dev probe
within 2 present_is 0 || fail "it is not noticed that the address went"
offer gone | contains 'Ran out of ports' || fail "an offer is not refused: $(offer gone)"
within 10 eval '[ "$(grep -c "WARN.*is not on this host" "$WORK/relay.log")" = 2 ]' ||
    fail "no second warning"
relay_stop

# In a ring, which this one is even while its Redis is not there.
node_starts --redis-url redis://127.0.0.1:1/1 --redis-subscribe-keyspace 2
within 3 present_is 0 || fail "in a ring: $(http /metrics | grep address)"
[ "$(http /ready)" = "503 media address pub/$ADDRESS is not on this host" ] || fail "in a ring, /ready: $(http /ready)"
offer ring | contains "IN IP4 $ADDRESS" || fail "in a ring an offer is refused: $(offer ring)"
ctl standby --force >/dev/null
http /ready | contains '^200 degraded' || fail "a standby, /ready: $(http /ready)"
ctl active >/dev/null
http /ready | contains '^503' || fail "active again, /ready: $(http /ready)"
echo "PASS: an address that is not here is said"
