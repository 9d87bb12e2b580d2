#!/bin/bash
# Runs every test: cargo's own, then the scripts in tests/ that test a running tandem from outside.
#
# On Debian it first installs what the tests need and is missing, which takes root; with everything in place it needs no
# rights. Only loopback is used, in network namespaces where they are allowed. The last line is `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."

# A thing that must exist, and the package that brings it.
NEEDS=(
    /usr/bin/cc=gcc /usr/include/stdio.h=libc6-dev /usr/bin/git=git /usr/bin/python3=python3 /bin/ip=iproute2
    /usr/bin/unshare=util-linux /usr/bin/redis-server=redis-server /usr/bin/rtpengine=rtpengine-daemon
    /usr/bin/rtpengine-ctl=rtpengine-utils /usr/bin/openssl=openssl /usr/sbin/kamailio=kamailio /usr/bin/sipp=sip-tester
    /usr/sbin/keepalived=keepalived
)

install_missing() {
    local need packages=()
    for need in "${NEEDS[@]}"; do
        if [ ! -e "${need%%=*}" ] && ! command -v "$(basename "${need%%=*}")" >/dev/null; then
            packages+=("${need##*=}")
        fi
    done
    if [ ${#packages[@]} -eq 0 ]; then
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "The tests need these packages; install them or run this as root: ${packages[*]}" >&2
        exit 1
    fi
    # The packages bring services. This file is Debian's way to keep them from being started.
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        # shellcheck disable=SC2064 # the path is known now
        trap "rm -f $policy" EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -q -y --no-install-recommends "${packages[@]}" </dev/null
    if [ "$(trap -p EXIT)" ]; then
        rm -f $policy
        trap - EXIT
    fi
}

passed=0
failed=0

# cargo prints one line for each test binary; a build that fails prints none.
run_cargo() {
    local log status=0 line
    log=$(mktemp)
    cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$log" || status=$?
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
    echo "=== $1"
    if timeout 300 "$1"; then
        passed=$((passed + 1))
    else
        echo "=== $1 failed"
        failed=$((failed + 1))
    fi
}

install_missing
run_cargo
for script in tests/*.sh tests/*/*.sh; do
    case $script in
    tests/run.sh | tests/lib.sh) ;;
    *) run_script "$script" ;;
    esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
