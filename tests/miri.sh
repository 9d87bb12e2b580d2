#!/bin/bash
# The units of the shard, without its driver, under Miri: no undefined behaviour, in tandem or in what it uses.
#
# Needs a nightly Rust with Miri (`rustup toolchain install nightly --component miri,rust-src`); is left out without.
# The driver's own `unsafe` is about memory that the kernel writes, which Miri cannot see.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo +nightly miri --version >/dev/null 2>&1; then
    echo "no nightly Rust with Miri here: left out"
    exit 0
fi
# Proptest looks for a file of earlier failures, for which Miri has to let it out.
export MIRIFLAGS=-Zmiri-disable-isolation PROPTEST_CASES=${PROPTEST_CASES:-2}
cargo +nightly miri test --locked --package tandem-shards --no-default-features --lib
