#!/bin/bash
# 4,000 calls open and close in a loop: the relay must hold afterwards what it held before.
#
# The first thousand calls warm the relay's allocator and tables; after that no call may leave a descriptor, a port or
# memory behind. RELAY=rtpengine runs the same against rtpengine.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"

# The replies to the last minute's requests are kept for clients that ask again under the same cookie, three a
# call: 4 KiB a call covers them and nothing else.
GROWTH_MAX_KIB=16000

relay_start
"$BENCH" calls --ng $NG --calls 1000 --clients 4 >/dev/null
"$BENCH" calls --ng $NG --calls 4000 --clients 4 --pid $RELAY_PID --ports $PORT_MIN-$PORT_MAX >"$WORK/churn.json"
python3 - "$WORK/churn.json" $GROWTH_MAX_KIB <<'PYTHON'
import json, sys
figures = json.load(open(sys.argv[1]))
before, after = figures["before"], figures["after"]
print("before:", before, "after:", after)
growth = after["resident_kib"] - before["resident_kib"]
if after["ports"] != before["ports"] or after["descriptors"] != before["descriptors"]:
    sys.exit("ports or descriptors are left")
if growth > int(sys.argv[2]):
    sys.exit(f"memory grew by {growth} KiB, {sys.argv[2]} allowed")
PYTHON
[ "$(relay_calls)" = 0 ] || fail "calls are left"
echo "PASS: 4000 calls left nothing behind"
