#!/bin/bash
# Lets a real rtpengine restore the records that tandem writes, and checks that the calls live on in it.
#
# Needs redis-server, rtpengine, and the right to make a network namespace. Touches nothing outside it.
set -euo pipefail
cd "$(dirname "$0")/../.."

test='redis::record::acceptance::rtpengine_restores_what_is_written'
cargo test --offline --package tandem --lib --no-run
# shellcheck disable=SC2016
exec timeout 120 unshare --net --map-root-user sh -euc '
    ip link set lo up
    for host in 2 10 11; do ip -6 addr add "fd11::$host/128" dev lo nodad; done
    exec cargo test --offline --package tandem --lib -- --ignored --exact --nocapture "$1"
' sh "$test"
