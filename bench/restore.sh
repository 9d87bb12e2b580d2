#!/bin/bash
# Measures the standby: how fast a node takes its calls back at start, tandem beside rtpengine 10.5, and how long after
# a notification a call is held at another node. Needs namespaces, redis-server, rtpengine-daemon and two idle cores.
#
# Both relays read the same records, which a tandem has written. The time of a start with nothing in Redis is taken off.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
TANDEM=$target/release/tandem
# shellcheck source=deploy/ring/rig.sh
. deploy/ring/rig.sh
calls=${CALLS:-4500}
rate=${RATE:-200}
rounds=${ROUNDS:-3}

if [ -z "${TANDEM_RING_ISOLATED:-}" ]; then
    cargo build --release --locked --quiet -p tandem
fi
ring_isolate "$@" || { echo "no network namespaces here" >&2; exit 1; }
WORK=$(mktemp -d)
trap 'ring_down; rm -rf "$WORK"' EXIT
ulimit -n "$(ulimit -Hn)"
ring_up

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# Own calls by the line protocol, which both relays have; nothing while it is not there.
own_calls() {
    node_in 1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9900 && echo list numsessions >&3 && cat <&3' 2>/dev/null |
        awk '/sessions own/ { print $NF }'
}

run_tandem() {
    node_run 1 "$TANDEM" run --config "$RING/1.toml" --listen-ctl "$WORK/1.sock" --log-level warn \
        --port-min 20000 --port-max 60000
}

run_rtpengine() {
    node_run 1 rtpengine --config-file=none --table=-1 --foreground --log-stderr --log-level=3 \
        --interface=pub1/10.255.255.101 --listen-ng=10.255.1.1:2223 --listen-cli=127.0.0.1:9900 \
        --port-min=20000 --port-max=60000 --redis=$REDIS:6379/1
}

# start_until RELAY CALLS: prints the milliseconds from the start until so many own calls are there.
start_until() {
    local start
    start=$(now_ms)
    "run_$1"
    until [ "$(own_calls)" = "$2" ]; do sleep 0.01; done
    took=$(($(now_ms) - start))
    kill -KILL "${NODES[1]}"
    wait "${NODES[1]}" 2>/dev/null || true
}

declare -A bare
for relay in tandem rtpengine; do
    start_until $relay 0
    bare[$relay]=$took
done
node_start 1 --log-level warn --port-min 20000 --port-max 60000
phones fill "$calls" 0 10.255.1.1:2223 own
sleep 1
kill -KILL "${NODES[1]}"
wait "${NODES[1]}" 2>/dev/null || true
for round in $(seq "$rounds"); do
    for relay in tandem rtpengine; do
        start_until $relay "$calls"
        net=$((took - bare[$relay]))
        echo "round $round, $relay: $calls calls taken back in $net ms ($((calls * 1000 / net)) a second)," \
            "the start itself ${bare[$relay]} ms"
    done
done
redis FLUSHALL >/dev/null

node_start 1 --log-level warn --port-min 20000 --port-max 60000
node_start 2 --log-level warn --port-min 20000 --port-max 60000
touch "$WORK/measuring"
while [ -e "$WORK/measuring" ]; do
    node_ctl 2 redis --json | sed -n 's/.*"lag-us": \([0-9]*\).*/\1/p'
    sleep 0.02
done >"$WORK/lags" &
sampler=$!
phones fill $((rate * 10)) "$rate" 10.255.1.1:2223 held
rm "$WORK/measuring"
wait $sampler
node_ctl 2 list numsessions | head -n 3
sort -n "$WORK/lags" | awk '{ lag[NR] = $1 }
    END { printf "from notification to held: p50 %d us, p99 %d us, of %d samples\n",
        lag[int(NR / 2) + 1], lag[int(NR * 0.99) + 1], NR }'
