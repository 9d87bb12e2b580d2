#!/bin/bash
# Replays recorded conversations with rtpengine against tandem; differences must be the ones of tests/conformance.md.
#
# --print prints the table that would be right. RELAY=rtpengine replays against rtpengine, to see that the replay works.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$HERE/lib.sh"
isolate "$@"

reports=()
for guard in off on; do
    relay_start --source-guard="$([ $guard = on ] && echo true || echo false)"
    # Its own exit status tells of any difference; which ones there may be is judged below.
    python3 "$HERE/conformance/replay.py" --target $NG --tcp $NG_TCP --http $HTTP --cli $CLI \
        --set "$HERE/conformance/recorded-head" --semantic --tier proto,T1 --quiet \
        --json "$WORK/$guard.json" >"$WORK/replay-$guard.log" || true
    [ -s "$WORK/$guard.json" ] || fail "the replay did not finish: $(cat "$WORK/replay-$guard.log")"
    relay_stop
    reports+=("$guard=$WORK/$guard.json")
done
python3 "$HERE/conformance/judge.py" "$@" "$HERE/conformance.md" "${reports[@]}"
