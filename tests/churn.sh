#!/bin/bash
# 4,000 calls open and close in a loop: the relay must hold afterwards what it held before.
#
# The replies to the last minute's requests are kept for clients that ask again under the same cookie. So the calls are
# made twice, more than a minute apart, and memory is compared between the two ends, when as many replies are kept.
# RELAY=rtpengine runs the same against rtpengine; 10.5 grew by 10 MiB here.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"

CALLS=4000
REPLIES_KEPT_SECONDS=61
# Half a KiB a call: less than the least that a forgotten call would take.
GROWTH_MAX_KIB=2000

round() {
    "$BENCH" calls --ng $NG --calls $CALLS --clients 4 --pid "$RELAY_PID" --ports $PORT_MIN-$PORT_MAX >"$WORK/$1.json"
}

relay_start
round first
sleep $REPLIES_KEPT_SECONDS
round second
python3 - "$WORK" $GROWTH_MAX_KIB <<'PYTHON'
import json, sys
first, second = (json.load(open(f"{sys.argv[1]}/{name}.json")) for name in ("first", "second"))
print("at first:", first["before"], "after each round:", first["after"], second["after"])
for held in ("ports", "descriptors"):
    if not first["before"][held] == first["after"][held] == second["after"][held]:
        sys.exit(f"{held} are left")
growth = second["after"]["resident_kib"] - first["after"]["resident_kib"]
if growth > int(sys.argv[2]):
    sys.exit(f"memory grew by {growth} KiB, {sys.argv[2]} allowed")
PYTHON
[ "$(relay_calls)" = 0 ] || fail "calls are left"
echo "PASS: $((2 * CALLS)) calls left nothing behind"
