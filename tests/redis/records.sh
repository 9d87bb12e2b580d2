#!/bin/bash
# Damaged records, more than ten thousand, in a keyspace that is followed: nobody crashes, none is deleted or changed,
# each is told of at most once, and calls with good records go on. When they are deleted, nothing of them is left.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

damaged() {
    python3 "$ROOT/tests/redis/records.py" "$1" $REDIS 6379 2 "$ROOT/tests/records"
}

counter() {
    node_ctl 1 redis --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["counters"][sys.argv[1]])' "$1"
}

# Every record was looked at, and nothing waits.
is_read() {
    [ "$(counter records-read)" -ge "$1" ] && node_ctl 1 redis --json | python3 -c '
import json, sys
sys.exit(any(feed["waiting"] for feed in json.load(sys.stdin)["feeds"]))'
}

field() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

# The good calls of both nodes talk on.
judge() {
    local report
    report=$(phones report)
    echo "$1: $report"
    [ "$(field silent <<<"$report")" = 0 ] || fail "$1: streams are silent"
    [ "$(field wrong <<<"$report")" = 0 ] || fail "$1: packets come from elsewhere"
    [ "$(field lost <<<"$report")" -le 5 ] || fail "$1: packets are lost"
}

node_start 1
node_start 2
phones open 3 audio 10.255.1.1:2223 own
phones open 3 audio 10.255.1.2:2223 foreign
phones talk
within 5 sessions_are 1 3 3 || fail "not shared: $(node_sessions 1)"
phones mark
before=$(counter records-read)
redis -n 2 SADD damaged-set member >>"$WORK/phones.out"
count=$(damaged put)
echo "$count damaged records"
within 60 is_read $((before + count)) || fail "not read: $(node_ctl 1 redis)"
kill -0 "${NODES[1]}" || fail "node 1 is gone"
bad=$(counter records-bad)
alien=$(counter records-alien)
echo "$bad cannot be read, $alien are something else's," \
    "of the others $(node_sessions 1) are held and $(counter calls-waiting-for-ports) wait for ports"
[ "$bad" -gt $((count / 4)) ] || fail "only $bad of $count records cannot be read: that proves nothing"
node_ctl 1 resync >/dev/null
sleep 2
damaged check >/dev/null
told=$(grep -c 'is left alone' "$WORK/node1.log" || true)
[ "$told" -le "$count" ] || fail "$told lines about $count records"
judge "beside damaged records"
[ "$(redis -n 2 TYPE damaged-set)" = set ] || fail "what is no record was deleted"
redis -n 2 DEL damaged-set >>"$WORK/phones.out"
damaged drop >/dev/null
within 30 sessions_are 1 3 3 || fail "left: $(node_sessions 1); $(node_ctl 1 redis)"
judge "after them"
phones delete 10.255.1.1:2223 own
phones delete 10.255.1.2:2223 foreign
within 10 nothing_left 1 2 || fail "left: $(node_sessions 1), $(node_sessions 2), $(redis_keys) keys"
echo "PASS: $count damaged records hurt nobody"
