#!/bin/bash
# Measures the ring of three nodes: what the tests show to be right, here in figures. Needs namespaces, redis-server,
# python3 and two cores that do nothing else. Arguments choose among:
#
#   held        200 calls a second at node 1: how soon node 2 holds each
#   flood       2,000 calls as fast as node 1 answers: none may be missing at node 2
#   storm       re-INVITEs at the owner without pause while the media goes through the standby: nothing may be lost
#   faults      50 calls a second made, changed and ended while Redis is restarted empty, stopped, frozen and cut off:
#               how soon offers are answered, what is lost, and whether all agree ten seconds after
#   takeover    node 1 with 200 calls is killed: the gap in their media beside the time that its address takes to move
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
TANDEM=$target/release/tandem
BENCH=$target/release/tandem-bench
# shellcheck source=deploy/ring/rig.sh
. deploy/ring/rig.sh
if [ -z "${TANDEM_RING_ISOLATED:-}" ]; then
    cargo build --release --locked --quiet -p tandem -p tandem-bench
fi
# Ahead of everything else on the machine, where that is allowed.
if [ "$(id -u)" -eq 0 ] && [ "$(nice)" -ne -20 ]; then exec nice -n -20 "$0" "$@"; fi
ring_isolate "$@" || { echo "no network namespaces here" >&2; exit 1; }
WORK=$(mktemp -d)
trap 'ring_down; rm -rf "$WORK"' EXIT
ulimit -n "$(ulimit -Hn)"
ring_up

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

nodes_start() {
    local n
    for n in "$@"; do node_start "$n" --log-level warn --port-min 20000 --port-max 60000; done
}

nodes_end() {
    local n
    for n in "$@"; do
        if kill "${NODES[n]}" 2>/dev/null; then wait "${NODES[n]}" 2>/dev/null || true; fi
    done
    redis FLUSHALL >/dev/null
}

# calls NODE ARGUMENT...: the bench's calls at that node.
calls() {
    "$BENCH" standby --ng "10.255.1.$1:2223" "${@:2}" 2>&1 >>"$WORK/figures"
}

own_ids() {
    node_ctl "$1" list sessions own --json | python3 -c '
import json, sys
print(*sorted(call["call_id"] for call in json.load(sys.stdin)["calls"]), sep="\n")'
}

# Each node's own calls are foreign at the two others and in Redis, and nothing else is anywhere.
differences() {
    local n all wrong
    for n in 1 2 3; do
        own_ids $n | grep . >"$WORK/own$n" || true
        redis -n $n --raw KEYS '*' | grep -v ^notifier- | grep . | LC_ALL=C sort >"$WORK/stored$n" || true
    done
    all=$(cat "$WORK"/own? | grep -c . || true)
    for n in 1 2 3; do
        wrong=$(LC_ALL=C sort "$WORK/own$n" | comm -3 - "$WORK/stored$n" | grep -c . || true)
        echo "node $n: $(node_sessions $n) calls (own foreign total) of $all; $wrong of its records missing or left"
    done
}

held() {
    nodes_start 1 2
    calls 1 --standby 10.255.1.2:2223 --rate 200 --calls 2000 --name held
    nodes_end 1 2
}

flood() {
    nodes_start 1 2
    calls 1 --standby 10.255.1.2:2223 --rate 0 --calls 2000 --name flood
    nodes_end 1 2
}

storm() {
    nodes_start 1 2
    phones open 20 audio 10.255.1.1:2223 storm >/dev/null
    phones talk >/dev/null
    sleep 1
    # Node 1 goes on as the owner; its media address is elsewhere.
    media_address del 1 1
    address_move 1 2
    sleep 1
    phones mark >/dev/null
    local start
    start=$(now_ms)
    for _ in $(seq 400); do phones reinvite 10.255.1.1:2223 >/dev/null; done
    echo "storm: 8000 re-INVITEs in $(($(now_ms) - start)) ms at the owner; at the standby: $(phones report)"
    phones delete 10.255.1.1:2223 >/dev/null
    nodes_end 1 2
    media_address del 1 2
    address_move 1 1
}

redis_kill() {
    kill -KILL "$REDIS_PID"
    wait "$REDIS_PID" 2>/dev/null || true
}

faults() {
    local n callers=() kills
    nodes_start 1 2 3
    phones open 20 audio 10.255.1.1:2223 talk >/dev/null
    phones talk >/dev/null
    sleep 1
    phones mark >/dev/null
    for n in 1 2; do
        calls $n --rate 25 --calls 750 --live 100 --name "faults$n" >"$WORK/faults$n" &
        callers+=($!)
    done
    sleep 3
    redis_kill
    sleep 2
    redis_start
    echo "faults: restarted empty"
    sleep 2
    kill -STOP "$REDIS_PID"
    sleep 6
    kill -CONT "$REDIS_PID"
    echo "faults: frozen for six seconds"
    sleep 2
    for kills in $(seq 10); do
        redis CLIENT KILL TYPE pubsub >/dev/null
        sleep 0.3
    done
    echo "faults: $kills times cut off from notifications"
    redis FLUSHALL >/dev/null
    redis_kill
    sleep 1
    redis_start
    echo "faults: restarted once more"
    wait "${callers[@]}"
    echo "media of 20 calls meanwhile: $(phones report)"
    cat "$WORK/faults1" "$WORK/faults2"
    sleep 10
    differences
    nodes_end 1 2 3
}

takeover() {
    local start moved report
    nodes_start 1 2
    phones open 200 audio 10.255.1.1:2223 talk >/dev/null
    phones talk >/dev/null
    sleep 3
    phones mark >/dev/null
    sleep 2
    echo "before: $(phones report)"
    phones mark >/dev/null
    start=$(now_ms)
    node_kill 1
    address_move 1 2
    moved=$(($(now_ms) - start))
    sleep 2
    report=$(phones report)
    echo "takeover: the address moved in $moved ms: $report"
    phones reinvite 10.255.1.2:2223 >/dev/null
    nodes_start 1
    sleep 1
    echo "re-invited; node 1 is back with $(node_sessions 1) (own foreign total), node 2 has $(node_sessions 2)"
    phones delete 10.255.1.2:2223 >/dev/null
    sleep 1
    echo "ended: node 1 $(node_sessions 1), node 2 $(node_sessions 2);" \
        "in Redis: $(redis INFO keyspace | grep ^db | xargs)"
    nodes_end 1 2
    media_address del 1 2
    address_move 1 1
}

if [ $# -eq 0 ]; then set -- held flood storm faults takeover; fi
for part in "$@"; do "$part"; done
