#!/bin/bash
# Real calls: sipp -> Kamailio with its rtpengine module -> sipp, media both ways through the relay.
#
# 100 calls at 20 a second, four seconds each. Passes if every call was answered, media went both ways in every call by
# the relay's count and by what came to the phones, and nothing is left afterwards.
# RELAY=rtpengine runs the same against rtpengine.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$HERE/../lib.sh"
isolate "$@"

CALLS=100
RATE=20
# Of the 200 packets that a phone sends in four seconds, at least these must be seen.
PACKETS_MIN=150

# in_work NAME COMMAND...: starts a command in the working directory, its output in NAME.log.
in_work() {
    local name=$1
    shift
    (cd "$WORK" && exec "$@") >"$WORK/$name.log" 2>&1 &
    PIDS+=($!)
}

head -c 16000 /dev/zero | tr '\0' U >"$WORK/speech.alaw"
mkdir "$WORK/run"
relay_start
descriptors=$(relay_descriptors)
ports=$(relay_ports)
in_work watcher python3 "$HERE/media.py" watch $CALLS $PACKETS_MIN
watcher=$!
in_work kamailio kamailio -DD -E -f "$HERE/kamailio.cfg" -Y "$WORK/run" -P "$WORK/run/kamailio.pid" -m 32 -M 4
in_work called sipp -sf "$HERE/called.xml" -i 127.0.0.6 -p 5080 -mi 127.0.0.6 -mp 7000 -rtp_echo -nostdin
sleep 1
in_work caller sipp 127.0.0.4:5060 -sf "$HERE/caller.xml" -i 127.0.0.5 -p 5070 -mi 127.0.0.5 -nostdin \
    -m $CALLS -r $RATE -timeout 60
caller=$!

sleep 5
python3 "$HERE/media.py" query "$BENCH" $NG
wait $caller || fail "not every call was answered"
grep -a 'Successful call' "$WORK/caller.log" | tail -n 1

sleep 1
kill $watcher
wait $watcher || fail "$(cat "$WORK/watcher.log")"
cat "$WORK/watcher.log"

calls_left=$(relay_calls)
ports_left=$(relay_ports)
descriptors_left=$(relay_descriptors)
echo "left: $calls_left calls, $ports_left ports ($ports before), $descriptors_left descriptors ($descriptors before)"
[ "$calls_left" = 0 ] || fail "calls are left"
[ "$ports_left" = "$ports" ] || fail "ports are left"
[ "$descriptors_left" = "$descriptors" ] || fail "descriptors are left"
echo "PASS: $CALLS calls through Kamailio and $RELAY"
