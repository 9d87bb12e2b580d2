#!/bin/bash
# Shows tandem at work, on networks of this machine that nothing else sees. Ends with PASS or FAIL.
#
# Three nodes and a Redis form a ring (deploy/ring/): calls talk at every node, and every node holds those of the others
# ready. Then node 1 is killed and its media address goes to node 2: the calls go on. What was lost is printed, and the
# calls are changed and ended where they are now.
#
# Needs Rust. As root on a Debian it installs what else is missing, redis-server above all, without starting services.
# Where a ring cannot be had, since that or the right to make network namespaces is missing, or if DEMO=single, it shows
# one node on loopback instead: forty calls on two shards, ten seconds of media both ways.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
TANDEM=$target/release/tandem
bench=$target/release/tandem-bench
# shellcheck source=deploy/ring/rig.sh
. deploy/ring/rig.sh
# shellcheck source=deploy/packages.sh
. deploy/packages.sh

NEEDS_TO_BUILD=(/usr/bin/cc=gcc /usr/include/stdio.h=libc6-dev)
NEEDS_OF_THE_RING=(
    /usr/bin/redis-server=redis-server /usr/bin/redis-cli=redis-tools /usr/bin/python3=python3 /bin/ip=iproute2
    /usr/bin/unshare=util-linux
)

say() {
    printf '\n== %s\n' "$*"
}

numsessions() {
    local n
    for n in "$@"; do
        read -r own foreign total < <(node_sessions "$n")
        printf 'node %d   own %3d   foreign %3d   total %3d\n' "$n" "$own" "$foreign" "$total"
    done
}

ring_demo() {
    local calls=${CALLS:-10} n report start moved
    say "a Redis, phones, and the networks of three nodes"
    ring_up
    say "three nodes start, each with its own media address and its own keyspace"
    for n in 1 2 3; do
        node_start $n
        echo "node $n   ng 10.255.1.$n:2223   media 10.255.255.10$n"
    done
    say "$calls calls at each node; every node holds those of the others"
    for n in 1 2 3; do phones open "$calls" audio 10.255.1.$n:2223 node$n >/dev/null; done
    phones talk >/dev/null
    sleep 1
    numsessions 1 2 3
    phones mark >/dev/null
    sleep 2
    phones report | figures

    say "node 1 is killed (-9), its address goes to node 2"
    phones mark >/dev/null
    start=$(date +%s%N)
    node_kill 1
    address_move 1 2
    moved=$((($(date +%s%N) - start) / 1000000))
    sleep 2
    report=$(phones report)
    figures <<<"$report"
    echo "the address took $moved ms to move"

    say "the calls of node 1 are re-invited at node 2, ports kept: they are its own now"
    phones reinvite 10.255.1.2:2223 node1
    sleep 0.5
    numsessions 2 3

    say "node 1 is back: it holds its former calls for node 2"
    node_start 1
    sleep 0.5
    numsessions 1 2 3

    say "all calls end"
    for n in 1 2; do phones delete 10.255.1.2:2223 node$n; done
    phones delete 10.255.1.3:2223 node3
    sleep 1
    numsessions 1 2 3
    local keys left
    keys=$(redis --raw INFO keyspace | grep -c '^db' || true)
    left=$(for n in 1 2 3; do node_sessions $n; done | xargs)
    echo "keyspaces with anything in them: $keys"
    case " $report " in
    *" silent 0 "*) ;;
    *) left="silent streams" ;;
    esac
    if [ "$left" = "0 0 0 0 0 0 0 0 0" ] && [ "$keys" = 0 ]; then
        echo "PASS: no call was lost with its node"
    else
        echo "FAIL: $left, $keys keyspaces"
        return 1
    fi
}

# The phones' report in words.
figures() {
    awk '{ for (i = 1; i < NF; i += 2) of[$i] = $(i + 1) }
        END { printf "%d streams: %d packets sent, %d lost, %d wrong; %d silent; longest gap %d ms\n",
            of["streams"], of["sent"], of["lost"], of["wrong"], of["silent"], of["gap-ms"] }'
}

single_demo() {
    local ng=127.0.0.1:22230
    "$TANDEM" run --interface pub/127.0.0.1 --listen-ng $ng --listen-ctl "$WORK/ctl.sock" \
        --port-min 22300 --port-max 23299 --shards-count 2 >"$WORK/tandem.log" 2>&1 &
    NODES[1]=$!
    if ! "$bench" ping --ng $ng; then
        cat "$WORK/tandem.log" >&2
        echo "FAIL: tandem does not start"
        return 1
    fi
    "$bench" demo --ng $ng --calls "${CALLS:-40}" --seconds "${SECONDS_OF_MEDIA:-10}" -- \
        "$TANDEM" ctl --socket "$WORK/ctl.sock" shards --json
}

finish() {
    local status=$?
    trap - EXIT
    ring_down
    if [ $status -ne 0 ]; then
        tail -n 20 "$WORK"/*.log >&2 || true
    fi
    rm -rf "$WORK"
    exit $status
}

build() {
    if ! command -v cargo >/dev/null; then
        echo "FAIL: tandem is built with Rust, which is missing here: see https://rustup.rs" >&2
        return 1
    fi
    packages_install "${NEEDS_TO_BUILD[@]}"
    say "building tandem; the first time this takes some minutes"
    cargo build --release --locked -p tandem -p tandem-bench
}

# What is missing has been said when this is false.
ring_can_be_had() {
    if ! packages_install "${NEEDS_OF_THE_RING[@]}"; then
        echo "Without them there is no ring of three nodes: this is one node on loopback instead."
        return 1
    fi
    if ! ring_isolate "$@"; then
        echo "A ring of three nodes needs network namespaces, which are not allowed here:" \
            "this is one node on loopback instead."
        return 1
    fi
}

if [ -z "${TANDEM_RING_ISOLATED:-}" ]; then
    build
fi
demo=single_demo
if [ "${DEMO:-}" != single ] && ring_can_be_had "$@"; then
    demo=ring_demo
fi
WORK=$(mktemp -d)
trap finish EXIT
$demo
