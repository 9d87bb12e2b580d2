#!/bin/bash
# A node dies under load and another takes its media address: every call goes on, and can be changed and ended there.
#
# Forty calls talk at node 1, each with audio; node 1 is killed with -9, its address goes to node 2. The gap of every
# stream must not be longer than the move of the address and a little. Then half of the calls are re-invited at node 2,
# with their ports kept, and all are ended there. Node 1 comes back to nothing, and nothing is left in Redis.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

# Besides the move: a packet time before it, one after, and what two busy cores may take to run everybody.
SLACK_MS=150

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

field() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

for n in 1 2 3; do node_start $n; done
phones open 20 audio 10.255.1.1:2223 talk
phones open 10 mux 10.255.1.1:2223 mux
phones open 10 video 10.255.1.1:2223 video
phones open 3 audio 10.255.1.2:2223 other
phones talk
within 10 sessions_are 2 3 40 || fail "node 2 does not hold the calls: $(node_sessions 2)"
sleep 1
phones mark
sleep 1
report=$(phones report)
echo "before: $report"
[ "$(field lost <<<"$report")" -le 2 ] || fail "packets are lost before"
[ "$(field wrong <<<"$report")" = 0 ] || fail "packets come wrong before"

phones mark
start=$(now_ms)
node_kill 1
address_move 1 2
moved=$(($(now_ms) - start))
sleep 2
report=$(phones report)
echo "take-over: $report"
gap=$(field gap-ms <<<"$report")
echo "the address moved in $moved ms; the longest gap of a stream was $gap ms;" \
    "$(field lost <<<"$report") of $(field sent <<<"$report") packets lost"
[ "$(field silent <<<"$report")" = 0 ] || fail "streams are silent"
[ "$(field no-rtcp <<<"$report")" = 0 ] || fail "RTCP does not arrive"
[ "$(field wrong <<<"$report")" = 0 ] || fail "packets come from elsewhere"
[ "$gap" -le $((moved + SLACK_MS)) ] || fail "the gap is longer than the move of the address"
# A hundred streams belong to calls that moved.
lost_max=$((100 * ((moved + SLACK_MS) / 20 + 1)))
[ "$(field lost <<<"$report")" -le $lost_max ] || fail "more was lost than was sent during the move"
sessions_are 2 3 40 || fail "node 2: $(node_sessions 2)"

phones reinvite 10.255.1.2:2223 mux
phones reinvite 10.255.1.2:2223 video
within 5 sessions_are 2 23 20 || fail "node 2 has not taken the calls over: $(node_sessions 2)"
phones mark
sleep 1
report=$(phones report)
echo "after: $report"
[ "$(field lost <<<"$report")" -le 2 ] || fail "packets are lost after"
[ "$(field wrong <<<"$report")" = 0 ] || fail "packets come wrong after"

# Back before the calls end: what was taken over is foreign there now, the rest is its own still.
address_move_back() {
    media_address del 1 2
    address_move 1 1
}
node_start 1
within 5 sessions_are 1 20 23 || fail "node 1 came back with $(node_sessions 1)"
phones mark
address_move_back
sleep 1
report=$(phones report)
echo "moved back: $report"
[ "$(field silent <<<"$report")" = 0 ] || fail "streams are silent after the move back"

phones delete 10.255.1.2:2223
within 10 nothing_left 1 2 3 || fail "left: $(for n in 1 2 3; do node_sessions $n; done | xargs), $(redis_keys) keys"
stop "${NODES[1]}"
node_start 1
sleep 0.5
sessions_are 1 0 0 || fail "ghosts at node 1: $(node_sessions 1)"
echo "PASS: 40 calls survived their node; gap $gap ms, of which $moved ms to move the address"
