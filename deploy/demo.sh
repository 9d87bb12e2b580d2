#!/bin/bash
# Shows tandem at work on this machine's loopback: two shards, forty calls, ten seconds of media both ways.
# Prints what every shard does, then PASS or FAIL with the losses. Needs Rust and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
calls=${CALLS:-40}
seconds=${SECONDS_OF_MEDIA:-10}
ng=127.0.0.1:22230

cargo build --release --locked --quiet -p tandem -p tandem-bench
work=$(mktemp -d)
pid=
finish() {
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT

"$target/release/tandem" run --interface pub/127.0.0.1 --listen-ng $ng --listen-ctl "$work/ctl.sock" \
    --port-min 22300 --port-max 23299 --shards-count 2 >"$work/tandem.log" 2>&1 &
pid=$!
if ! "$target/release/tandem-bench" ping --ng $ng; then
    cat "$work/tandem.log" >&2
    echo "FAIL: tandem does not start"
    exit 1
fi
"$target/release/tandem-bench" demo --ng $ng --calls "$calls" --seconds "$seconds" -- \
    "$target/release/tandem" ctl --socket "$work/ctl.sock" shards --json
