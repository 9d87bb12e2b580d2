#!/bin/bash
# Redis fails in every way while calls are made, changed and ended: offers are answered all the time, and soon after it
# is back every node agrees with every other and with Redis. Nothing is missing, and nothing is left.
#
#   restarted    Redis is killed and started again with nothing in it
#   stopped      SIGSTOP: connections stay open and nothing is answered
#   deaf         the connections that notifications come on are killed
#   wiped        FLUSHALL, and then `resync`
#   away         Redis is down for longer than a reconnect takes, and a node is restarted meanwhile
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

# A proxy waits a second before it asks again.
ANSWER_MAX_MS=700
AGREE_SECONDS=10
LIVE=0

quietly() {
    "$@" >>"$WORK/phones.out"
}

# work NAME [OLD]: at each node ten calls are made, five of them re-invited and the others ended, and so are OLD's.
work() {
    local n
    for n in 1 2 3; do
        quietly phones open 5 audio 10.255.1.$n:2223 "$1-kept-$n"
        quietly phones open 5 audio 10.255.1.$n:2223 "$1-short-$n"
        quietly phones reinvite 10.255.1.$n:2223 "$1-kept-$n"
        quietly phones delete 10.255.1.$n:2223 "$1-short-$n"
        if [ -n "${2:-}" ]; then
            quietly phones delete 10.255.1.$n:2223 "$2-kept-$n"
        fi
    done
    LIVE=5
}

# Every node has its own calls, holds all of the others, and each has its record.
agree() {
    local n own
    for n in 1 2 3; do
        [ "$(node_sessions $n)" = "$LIVE $((2 * LIVE)) $((3 * LIVE))" ] || return 1
        own=$(node_ctl $n list sessions own --json | python3 -c '
import json, sys
print(*sorted(call["call_id"] for call in json.load(sys.stdin)["calls"]))')
        [ "$own" = "$(redis -n $n --raw KEYS '*' | grep -v ^notifier- | LC_ALL=C sort | xargs)" ] || return 1
    done
}

check() {
    local slowest
    within $AGREE_SECONDS agree ||
        fail "$1: $(for n in 1 2 3; do node_sessions $n; done | xargs) at the nodes, $(redis_keys) keys in Redis"
    slowest=$(phones slowest)
    slowest=${slowest##* }
    [ "$slowest" -le $ANSWER_MAX_MS ] || fail "$1: a request took $slowest ms"
    echo "$1: all agree, slowest answer $slowest ms"
}

for n in 1 2 3; do node_start $n; done
work calm
check calm

redis_kill() {
    kill -KILL "$REDIS_PID"
    wait "$REDIS_PID" 2>/dev/null || true
}

redis_kill
work restarted calm
redis_start
check restarted

kill -STOP "$REDIS_PID"
work stopped restarted
sleep 2
kill -CONT "$REDIS_PID"
check stopped

quietly redis CLIENT KILL TYPE pubsub
work deaf-once stopped
quietly redis CLIENT KILL TYPE pubsub
quietly redis CLIENT KILL TYPE normal SKIPME yes
# Of those, the calls of node 2 are ended at node 1, which is deaf as well.
quietly phones delete 10.255.1.1:2223 deaf-once-kept-2
for n in 1 3; do quietly phones delete 10.255.1.$n:2223 deaf-once-kept-$n; done
work deaf
check deaf

quietly redis FLUSHALL
work wiped deaf
# Redis tells nobody of FLUSHALL. The next slow comparison would find it; an operator need not wait for that.
for n in 1 2 3; do quietly node_ctl $n resync; done
check wiped

redis_kill
work away wiped
sleep 2
redis_start
stop "${NODES[3]}"
node_start 3
check away

for n in 1 2 3; do quietly phones delete 10.255.1.$n:2223 away-kept-$n; done
within $AGREE_SECONDS nothing_left 1 2 3 ||
    fail "left: $(for n in 1 2 3; do node_sessions $n; done | xargs), $(redis_keys) keys in Redis"
echo "PASS: nothing missing and nothing left after every failure of Redis"
