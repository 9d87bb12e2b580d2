# shellcheck shell=bash
# Installs the Debian packages that are missing for something, without starting their services: sourced, never run.
#
#     packages_install FILE=PACKAGE...   each a thing that must exist, and the package that brings it
#
# False if something is missing and cannot be installed here; then it has said what.

packages_install() {
    local need packages=()
    for need in "$@"; do
        if [ ! -e "${need%%=*}" ] && ! command -v "$(basename "${need%%=*}")" >/dev/null; then
            packages+=("${need##*=}")
        fi
    done
    if [ ${#packages[@]} -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "These packages are needed; install them or run this as root on a Debian: ${packages[*]}" >&2
        return 1
    fi
    echo "installing ${packages[*]}"
    # The packages bring services. This file is Debian's way to keep them from being started.
    local policy=/usr/sbin/policy-rc.d own_policy= status=0
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        own_policy=$policy
        # shellcheck disable=SC2064 # the path is known now
        trap "rm -f $policy" EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -q -y --no-install-recommends "${packages[@]}"; } </dev/null || status=$?
    if [ -n "$own_policy" ]; then
        rm -f "$own_policy"
        trap - EXIT
    fi
    return $status
}
