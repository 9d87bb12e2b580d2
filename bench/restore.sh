#!/bin/bash
# Measures how a node takes its calls back at start, tandem beside rtpengine 10.5: how fast, and what each call takes of
# memory. Needs namespaces, redis-server, rtpengine-daemon and two idle cores.
#
# Both relays read the same records, which a tandem has written, with as many threads as they like. The time and the
# memory of a start with nothing in Redis are taken off. Twenty of the calls talk: each time all of them must go on.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
TANDEM=$target/release/tandem
# shellcheck source=deploy/ring/rig.sh
. deploy/ring/rig.sh
calls=${CALLS:-4500}
talking=20
rounds=${ROUNDS:-3}

if [ -z "${TANDEM_RING_ISOLATED:-}" ]; then
    cargo build --release --locked --quiet -p tandem
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

# Own calls by the line protocol, which both relays have; nothing while it is not there.
own_calls() {
    node_in 1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9900 && echo list numsessions >&3 && cat <&3' 2>/dev/null |
        awk '/sessions own/ { print $NF }'
}

run_tandem() {
    node_run 1 "$TANDEM" run --config "$RING/1.toml" --listen-ctl "$WORK/1.sock" --log-level warn \
        --port-min 20000 --port-max 60000 --redis-url "redis://$REDIS:6379/$1"
}

run_rtpengine() {
    node_run 1 rtpengine --config-file=none --table=-1 --foreground --log-stderr --log-level=3 \
        --interface=pub1/10.255.255.101 --listen-ng=10.255.1.1:2223 --listen-cli=127.0.0.1:9900 \
        --port-min=20000 --port-max=60000 --redis="$REDIS:6379/$1"
}

# resident: kilobytes that node 1 has in memory.
resident() {
    local relay
    # The node itself is a child of the shell that put it into its network, or that shell.
    relay=$(pgrep -P "${NODES[1]}" || echo "${NODES[1]}")
    awk '/^VmRSS/ { print $2 }' "/proc/$relay/status"
}

# start_until RELAY CALLS DATABASE: starts it and waits until so many own calls are there; sets `took` and `size`.
start_until() {
    local start
    start=$(now_ms)
    "run_$1" "$3"
    until [ "$(own_calls)" = "$2" ]; do sleep 0.01; done
    took=$(($(now_ms) - start))
    size=$(resident)
}

node_end() {
    kill -KILL "${NODES[1]}"
    wait "${NODES[1]}" 2>/dev/null || true
}

node_start 1 --log-level warn --port-min 20000 --port-max 60000
phones fill "$((calls - talking))" 0 10.255.1.1:2223 own
phones open "$talking" audio 10.255.1.1:2223 talk
phones talk
sleep 2
node_end
for round in $(seq "$rounds"); do
    for relay in tandem rtpengine; do
        # Database 9 is empty.
        start_until $relay 0 9
        bare=$took empty=$size
        node_end
        start_until $relay "$calls" 1
        net=$((took - bare))
        phones mark >/dev/null
        sleep 1
        silent=$(phones report | sed 's/.*silent \([0-9]*\) .*/\1/')
        echo "round $round, $relay: $calls calls taken back in $net ms ($((calls * 1000 / net)) a second)," \
            "the start itself $bare ms; $((size - empty)) KB more in memory" \
            "($(((size - empty) * 1024 / calls)) bytes a call); $silent of $((2 * talking)) streams silent"
        node_end
    done
done
