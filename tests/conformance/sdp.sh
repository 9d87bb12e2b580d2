#!/bin/bash
# Plays the written dialogues of tests/conformance/sdp/ on tandem; those that say so get the same answers from Debian's
# rtpengine, which is asked too.
#
# Arguments go to sdp.py: --only TEXT, and files.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib.sh
. "$HERE/../lib.sh"
isolate "$@"

relay_start
python3 "$HERE/sdp.py" $NG "$@"
relay_stop
RELAY=rtpengine relay_start
python3 "$HERE/sdp.py" $NG --rtpengine "$@"
