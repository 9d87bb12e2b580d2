#!/bin/bash
# Runs every test: cargo's own, then the scripts in tests/ that test a running tandem from outside.
#
# On Debian it first installs what the tests need and is missing, which takes root; with everything in place it needs no
# rights. Only loopback is used, in network namespaces where they are allowed. The last line is `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/packages.sh
. deploy/packages.sh

# A thing that must exist, and the package that brings it.
NEEDS=(
    /usr/bin/cc=gcc /usr/bin/c++=g++ /usr/include/stdio.h=libc6-dev /usr/bin/git=git /usr/bin/python3=python3
    /bin/ip=iproute2 /usr/bin/unshare=util-linux /usr/bin/redis-server=redis-server /usr/bin/rtpengine=rtpengine-daemon
    /usr/bin/rtpengine-ctl=rtpengine-utils /usr/bin/openssl=openssl /usr/sbin/kamailio=kamailio /usr/bin/sipp=sip-tester
    /usr/sbin/keepalived=keepalived
)

passed=0
failed=0

# Runs a command in a network namespace with nothing but loopback, so that tests with fixed addresses do not meet
# anybody else's; on the host's where namespaces are not allowed.
alone() {
    # shellcheck disable=SC2016 # the inner shell expands it
    if unshare --net ip link set lo up 2>/dev/null; then
        unshare --net sh -c 'ip link set lo up && exec "$@"' alone "$@"
    else
        "$@"
    fi
}

# cargo prints one line for each test binary; a build that fails prints none.
run_cargo() {
    local log status=0 line
    log=$(mktemp)
    cargo test --workspace --locked --no-run || status=$?
    alone cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$log" || status=$?
    local failed_before=$failed
    while read -r line; do
        passed=$((passed + $(sed -E 's/.* ([0-9]+) passed.*/\1/' <<<"$line")))
        failed=$((failed + $(sed -E 's/.* ([0-9]+) failed.*/\1/' <<<"$line")))
    done < <(grep '^test result:' "$log" || true)
    if [ $status -ne 0 ] && [ $failed -eq "$failed_before" ]; then
        failed=$((failed + 1))
    fi
    rm -f "$log"
}

run_script() {
    local limit=300
    if [ "$1" = tests/fuzz.sh ]; then
        # All that tandem is made of is built anew, with libFuzzer's instrumentation.
        limit=1200
    fi
    echo "=== $1"
    if timeout $limit "$1"; then
        passed=$((passed + 1))
    else
        echo "=== $1 failed"
        failed=$((failed + 1))
    fi
}

packages_install "${NEEDS[@]}"
run_cargo
for script in tests/*.sh tests/*/*.sh; do
    case $script in
    tests/run.sh | tests/lib.sh) ;;
    *) run_script "$script" ;;
    esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
