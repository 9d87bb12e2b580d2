#!/bin/bash
# tandem and rtpengine 10.5 stand in for one another: calls of each live on at the other when their node dies.
#
# Node 1 is tandem, node 2 is Debian's rtpengine. Audio, audio and video, rtcp-mux and IPv6. Each follows the other's
# calls and erases none of its records; after a take-over media goes both ways, re-INVITEs keep their ports, the calls
# end where they are, and the node that comes back has no ghosts.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

KINDS=(audio video mux ip6)
EACH=3
CALLS=$((EACH * ${#KINDS[@]}))

tandem_start() {
    node_start 1 --redis-subscribe-keyspace 2 \
        --interface pub1/10.255.255.101 --interface pub1/fd0a::255:101 \
        --interface pub2/10.255.255.102 --interface pub2/fd0a::255:102
}

rtpengine_start() {
    # rtpengine binds the other node's addresses only if the kernel lets everybody do that.
    # shellcheck disable=SC2016 # the inner shell expands it
    node_in 2 sh -c 'for f in 4 6; do echo 1 >/proc/sys/net/ipv$f/ip_nonlocal_bind; done'
    node_run 2 rtpengine --config-file=none --table=-1 --foreground --log-stderr --log-level=5 --num-threads=2 \
        --interface=pub2/10.255.255.102 --interface=pub2/fd0a::255:102 \
        --interface=pub1/10.255.255.101 --interface=pub1/fd0a::255:101 \
        --listen-ng=10.255.1.2:2223 --listen-cli=127.0.0.1:9900 --port-min=30000 --port-max=40000 \
        --redis=$REDIS:6379/2 --subscribe-keyspace=1 --delete-delay=0
    "$BENCH" ping --ng 10.255.1.2:2223 --seconds 20 || fail "rtpengine does not start"
}

sessions() {
    [ "$(rtpengine_sessions "$1")" = "$2 $3 $(($2 + $3))" ]
}

records() {
    redis -n "$1" --raw KEYS '*' | grep -vc ^notifier- || true
}

field() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

# judge WHAT: media of every stream arrives, and from where it should.
judge() {
    local report
    phones mark
    sleep 1
    report=$(phones report)
    echo "$1: $report"
    [ "$(field silent <<<"$report")" = 0 ] || fail "$1: streams are silent"
    [ "$(field wrong <<<"$report")" = 0 ] || fail "$1: packets come from elsewhere"
    [ "$(field no-rtcp <<<"$report")" = 0 ] || fail "$1: RTCP does not arrive"
    [ "$(field lost <<<"$report")" -le 5 ] || fail "$1: packets are lost"
}

open_at() {
    local kind
    for kind in "${KINDS[@]}"; do
        phones open $EACH "$kind" "10.255.1.$1:2223" "$2-$kind"
    done
}

change_and_end_at() {
    local kind
    for kind in "${KINDS[@]}"; do
        phones reinvite "10.255.1.$1:2223" "$2-$kind"
    done
    judge "re-invited at node $1"
    phones delete "10.255.1.$1:2223"
}

redis CONFIG SET notify-keyspace-events AKE
rtpengine_start
tandem_start
phones talk
open_at 1 tandem
within 5 sessions 2 0 $CALLS || fail "rtpengine holds $(rtpengine_sessions 2) of tandem's $CALLS calls"
judge "tandem's calls at home"
[ "$(records 1)" = $CALLS ] || fail "of tandem's $CALLS records $(records 1) are there"
node_kill 1
address_move 1 2
judge "tandem's calls at rtpengine"
change_and_end_at 2 tandem
within 5 sessions 2 0 0 || fail "rtpengine still has $(rtpengine_sessions 2)"
media_address del 1 2
media_address add 1 1
tandem_start
within 2 sessions 1 0 0 || fail "ghosts at tandem: $(rtpengine_sessions 1)"
within 10 nothing_left 1 || fail "left after rtpengine stood in: $(redis_keys) keys"

open_at 2 rtpengine
within 5 sessions 1 0 $CALLS || fail "tandem holds $(rtpengine_sessions 1) of rtpengine's $CALLS calls"
judge "rtpengine's calls at home"
[ "$(records 2)" = $CALLS ] || fail "of rtpengine's $CALLS records $(records 2) are there"
node_kill 2
address_move 2 1
judge "rtpengine's calls at tandem"
change_and_end_at 1 rtpengine
within 10 nothing_left 1 || fail "left after tandem stood in: $(node_sessions 1), $(redis_keys) keys"
media_address del 2 1
media_address add 2 2
rtpengine_start
within 2 sessions 2 0 0 || fail "ghosts at rtpengine: $(rtpengine_sessions 2)"
echo "PASS: tandem and rtpengine stand in for one another"
