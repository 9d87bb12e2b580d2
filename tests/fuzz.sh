#!/bin/bash
# libFuzzer on every target of tests/fuzz: 20 seconds each, two at a time, starting from the corpus.
#
#   tests/fuzz.sh [SECONDS [TARGET...]]
#
# The bodies also run over their corpus in `cargo test --test fuzz`, which needs none of this. What is found is kept in
# target/fuzz/found: make it a file of tests/fuzz/corpus. What is learned is kept in target/fuzz/learned. The package
# is one of cargo-fuzz, which does the same: `cargo fuzz run --sanitizer none --fuzz-dir tests/fuzz TARGET`.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-20}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(basename -s .rs -a tests/fuzz/targets/*.rs)
fi
manifest=tests/fuzz/Cargo.toml
if ! command -v c++ >/dev/null; then
    echo "no C++ compiler here, which libFuzzer is built with: left out"
    exit 0
fi
# The crates are those of tandem, in the same versions, and libFuzzer.
cp Cargo.lock tests/fuzz/Cargo.lock
if ! cargo fetch --quiet --manifest-path $manifest; then
    echo "libFuzzer's crate cannot be had here: left out"
    exit 0
fi

# What cargo-fuzz sets for `--sanitizer none`: these work with a stable Rust. There is no unsafe code in what is
# fuzzed, so a sanitizer would find nothing that a check does not.
host=$(rustc --version --verbose | sed -n 's/^host: //p')
coverage=(-sanitizer-coverage-level=4 -sanitizer-coverage-inline-8bit-counters -sanitizer-coverage-pc-table
    -sanitizer-coverage-trace-compares -simplifycfg-branch-fold-threshold=0)
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module ${coverage[*]/#/-Cllvm-args=}"
cargo build --locked --release --quiet --manifest-path $manifest --target "$host" --target-dir target/fuzz

export seconds host
fuzz() {
    local target=$1 learned=target/fuzz/learned/$1 found=target/fuzz/found/$1 status=0
    mkdir -p "$learned" "$found"
    "target/fuzz/$host/release/$target" "$learned" "tests/fuzz/corpus/$target" -artifact_prefix="$found/" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 >"$found.log" 2>&1 || status=$?
    if [ $status -ne 0 ]; then
        tail -n 40 "$found.log"
        echo "$target: a finding, kept in $found"
    else
        echo "$target: $(sed -n 's/^Done \(.*\)/\1/p' "$found.log")," \
            "$(grep -c . <(ls "tests/fuzz/corpus/$target")) inputs to begin with"
    fi
    return $status
}
export -f fuzz
printf '%s\n' "${targets[@]}" | xargs -P 2 -I TARGET bash -c 'set -euo pipefail; fuzz TARGET'
