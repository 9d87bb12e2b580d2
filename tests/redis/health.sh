#!/bin/bash
# What a node says of its Redis is so at the time it says it: when a record was stored, whether it can write though
# nobody calls, since when the server has not answered apart from since when nothing has changed, and what was lost.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

# A ping each second, and a second for its answer.
NOTICED_WITHIN=5

# redis_says N EXPRESSION: whether it is true of `tandem ctl redis` of node N, as r.
redis_says() {
    node_ctl "$1" redis --json | python3 -c '
import json, sys
r = json.load(sys.stdin)
feed = {f["keyspace"]: f for f in r["feeds"]}
sys.exit(not eval(sys.argv[1]))' "$2"
}

# written_is N CALL EXPRESSION: the same of the time that the call was stored, as w, and the time now, as now.
written_is() {
    node_ctl "$1" list sessions "$2" --json | python3 -c '
import json, sys, time
w, now = json.load(sys.stdin)["written_ms"], time.time() * 1000
sys.exit(not eval(sys.argv[1]))' "$3"
}

says() {
    within "$NOTICED_WITHIN" redis_says 1 "$1" || fail "$2: $(node_ctl 1 redis --json)"
}

node_start 1 --listen-http 127.0.0.1:2225
node_start 2
phones open 1 audio 10.255.1.1:2223 first >/dev/null
call=$(node_ctl 1 list sessions own --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["calls"][0]["call_id"])')
within 5 written_is 1 "$call" 'w is not None and abs(now - w) < 5000' || fail "not shown as stored"
node_in 1 rtpengine-ctl -ip 127.0.0.1 -port 9900 list sessions "$call" |
    grep -Eq 'last redis update: [1-9][0-9]{15}$' ||
    fail "rtpengine-ctl does not see when the record was stored"
"$BENCH" ng --ng 10.255.1.1:2223 "{\"command\":\"query\",\"call-id\":\"$call\"}" |
    grep -Eq '"last redis update": ?[1-9]' ||
    fail "query does not tell when the record was stored"

# Nobody calls: the feed is old, and the server has answered just now.
sleep 4
says 'feed[2]["unchanged_ms"] is not None and feed[2]["unchanged_ms"] > 3000' "a quiet ring looks changed"
says 'r["silent_ms"] < 3000' "a server that answers looks silent"
node_ctl 1 status >/dev/null || fail "a quiet ring is degraded: $(node_ctl 1 status)"
says 'r["counters"]["write-connections-lost"] == 0 and r["counters"]["feed-connections-lost"] == 0' \
    "lost on a calm day"

# The server hangs: connections stay open. Then it is killed. Nobody calls.
kill -STOP "$REDIS_PID"
says 'not r["writing"]' "a server that hangs can be written"
says 'not feed[2]["connected"]' "a server that hangs is followed"
says 'r["counters"]["write-connections-lost"] >= 1 and r["counters"]["feed-connections-lost"] >= 1' \
    "losses are not counted"
says 'r["silent_ms"] > 2000' "a server that hangs has answered"
kill -CONT "$REDIS_PID"
says 'r["writing"] and feed[2]["connected"] and r["silent_ms"] < 2000' "back again"
lost=$(node_ctl 1 redis --json | python3 -c '
import json, sys
counters = json.load(sys.stdin)["counters"]
print(counters["write-connections-lost"], counters["feed-connections-lost"])')
kill -KILL "$REDIS_PID"
wait "$REDIS_PID" 2>/dev/null || true
says 'not r["writing"] and not feed[2]["connected"]' "a dead server is written to and followed"
says "r['counters']['write-connections-lost'] > ${lost% *} and r['counters']['feed-connections-lost'] > ${lost#* }" \
    "a second loss is not counted"
node_ctl 1 status >/dev/null && fail "status exits with 0 without Redis"
# What changes now is not stored, and not said to be.
stored=$(node_ctl 1 list sessions "$call" --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["written_ms"])')
phones reinvite 10.255.1.1:2223 first >/dev/null
written_is 1 "$call" "w == $stored" || fail "stored in a Redis that is dead"
says 'r["owed"] == 1' "nothing is owed"
redis_start
within 10 written_is 1 "$call" "w is not None and w > $stored" || fail "not stored afterwards"

# Gauges are no counters.
page=$(node_in 1 python3 -c '
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:2225/metrics").read().decode())')
grep -q '^tandem_redis_events_total' <<<"$page" || fail "no metrics of Redis"
! grep -Eq 'redis_events_total\{event="(tombstones|lag-us)"' <<<"$page" || fail "gauges among the counters"
redis_says 1 '"tombstones" not in r["counters"] and "lag-us" not in r["counters"] and "deletions_owed" in r' ||
    fail "gauges among the counters: $(node_ctl 1 redis --json)"
phones delete 10.255.1.1:2223 first >/dev/null
within 10 nothing_left 1 2 || fail "left: $(node_sessions 1), $(redis_keys) keys"
echo "PASS: what is said of Redis is so"
