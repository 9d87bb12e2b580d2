#!/bin/bash
# Holds random dialogues with tandem and with Debian's rtpengine at once; what differs must be as dialogues.md says.
#
# Arguments go to dialogues.py: --seeds N, --first SEED, --one SEED.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$HERE/../lib.sh"
isolate "$@"

# Parties have addresses of their own: all of 127.0.0.0/8 is there already.
if ! ip -6 route add local fd00:7a4d::/32 dev lo 2>/dev/null; then
    echo "SKIP: parties need addresses in a network namespace, which is not allowed here"
    exit 0
fi
RELAY=rtpengine NG=127.0.0.1:2233 NG_TCP=127.0.0.1:2234 HTTP=127.0.0.1:2235 CLI=127.0.0.1:9901 \
    PORT_MIN=15000 PORT_MAX=19999 relay_start
PIDS+=("$RELAY_PID")
RELAY=tandem relay_start
python3 "$HERE/dialogues.py" --tandem $NG --rtpengine 127.0.0.1:2233 "$@"
