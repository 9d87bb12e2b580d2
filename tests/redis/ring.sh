#!/bin/bash
# Three nodes hold each other's calls: one call at each is own 1, foreign 2, total 3 at all. After the calls nothing is
# left at any node, nor in Redis. Counted by `tandem ctl` and by the real rtpengine-ctl.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

all_are() {
    sessions_are 1 "$1" "$2" && sessions_are 2 "$1" "$2" && sessions_are 3 "$1" "$2"
}

for n in 1 2 3; do node_start $n; done
for n in 1 2 3; do phones open 1 audio 10.255.1.$n:2223 node$n; done
within 5 all_are 1 2 || fail "not own 1, foreign 2 everywhere: $(for n in 1 2 3; do node_sessions $n; done | xargs)"
node_in 2 rtpengine-ctl -ip 127.0.0.1 -port 9900 list numsessions | head -n 3

# An operator stops following a keyspace, and follows it again.
node_in 1 rtpengine-ctl -ip 127.0.0.1 -port 9900 ksrm 3
within 5 sessions_are 1 1 1 || fail "the calls of a keyspace that is not followed are still held"
node_in 1 rtpengine-ctl -ip 127.0.0.1 -port 9900 ksadd 3
within 5 sessions_are 1 1 2 || fail "the calls of a keyspace are not held after ksadd"
node_in 1 rtpengine-ctl -ip 127.0.0.1 -port 9900 kslist

# A node that was away finds everything: its own call and those of the others.
stop "${NODES[2]}"
phones open 1 audio 10.255.1.1:2223 node1
node_start 2
within 5 sessions_are 2 1 3 || fail "node 2 has not come back as it was: $(node_sessions 2)"

# A hang-up that comes to another node than the owner ends the call everywhere.
phones delete 10.255.1.3:2223 node2
phones delete 10.255.1.1:2223 node1
phones delete 10.255.1.3:2223 node3
within 10 nothing_left 1 2 3 || fail "left: $(for n in 1 2 3; do node_sessions $n; done | xargs), $(redis_keys) keys"
echo "PASS: a ring of three"
