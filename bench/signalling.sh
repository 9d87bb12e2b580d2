#!/bin/bash
# Measures what a call (offer, answer, delete) costs tandem and rtpengine, side by side on this machine's loopback:
# without Redis, with Redis, and beside 500 streams. Needs rtpengine-daemon, redis-server and two cores. Arguments go
# to `tandem-bench signalling`; further binaries of tandem are given as --tandem NAME=PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked --quiet -p tandem-bench -p tandem

# Nothing else is on this loopback.
if [ -z "${TANDEM_SIGNALLING_ISOLATED:-}" ]; then
    export TANDEM_SIGNALLING_ISOLATED=1
    exec unshare --net "$0" "$@"
fi
ip link set lo up
WORK=$(mktemp -d)
redis-server --port 6399 --bind 127.0.0.1 --save '' --appendonly no --notify-keyspace-events KA \
    --dir "$WORK" >"$WORK/log" &
trap 'kill %1; wait; rm -rf "$WORK"' EXIT
until redis-cli -p 6399 ping >/dev/null 2>&1; do sleep 0.05; done

measure() {
    "$target/release/tandem-bench" signalling --tandem "tandem=$target/release/tandem" "$@"
}
measure "$@"
measure --redis 127.0.0.1:6399 "$@"
measure --streams 500 --rounds 5 "$@"
measure --streams 500 --rounds 5 --redis 127.0.0.1:6399 "$@"
