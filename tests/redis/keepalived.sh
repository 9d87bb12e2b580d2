#!/bin/bash
# keepalived, with the configurations of deploy/ring/, decides where media addresses are: by whether a node can serve
# media, and by nothing else.
#
# Three nodes with calls, each with its keepalived. Redis is killed: every address stays, media is unbroken. tandem is
# stopped, one of its shards is stopped, tandem is killed (without Redis, too): the address moves, and the calls go on
# at the next node. Nobody can serve any more: the addresses stay.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

SHARDS=2
# `fall` samples, each with its timeout, after the time that a shard may be silent; and `rise` samples.
MOVED_WITHIN=12
BACK_WITHIN=15

# keepalived_start N: as deployed, but for where tandem is and who may ask it.
keepalived_start() {
    sed -e "s|/usr/bin/tandem ctl|$TANDEM ctl --socket $WORK/$1.sock|" -e 's/script_user tandem/script_user root/' \
        "$RING/keepalived-$1.conf" >"$WORK/keepalived-$1.conf"
    node_in "$1" keepalived --vrrp --dont-fork --log-console --use-file "$WORK/keepalived-$1.conf" \
        --pid "$WORK/keepalived-$1.pid" --vrrp_pid "$WORK/vrrp-$1.pid" >"$WORK/keepalived-$1.log" 2>&1 &
    KEEPALIVED[$1]=$!
    PIDS+=("${KEEPALIVED[$1]}")
}

# holds N OWNER...: whether node N has the media addresses of these nodes, and no other.
holds() {
    local n=$1
    shift
    [ "$(media_addresses "$n")" = "$(printf '10.255.255.10%s\n' "$@" | sort | xargs)" ]
}

media_addresses() {
    node_in "$1" ip -4 -o addr show dev eth0 | grep -o '10\.255\.255\.10[0-9]' | sort | xargs
}

at_home() {
    holds 1 1 && holds 2 2 && holds 3 3
}

where() {
    local n
    for n in 1 2 3; do
        echo "node $n: $(media_addresses "$n")"
    done
}

field() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

# media_flows WHAT: every stream is heard, from now on without a gap.
media_flows() {
    phones mark >/dev/null
    sleep 1
    media_flowed "$1"
}

# media_flowed WHAT: the same since the last mark.
media_flowed() {
    local report
    report=$(phones report)
    echo "$1: $report"
    [ "$(field silent <<<"$report") $(field wrong <<<"$report")" = "0 0" ] || fail "$1: streams are silent: $(where)"
    [ "$(field lost <<<"$report")" -le 2 ] || fail "$1: packets are lost"
}

# serves N: what keepalived asks; in bounded time.
serves() {
    timeout 3 "$TANDEM" ctl --socket "$WORK/$1.sock" --timeout 1 ping >/dev/null 2>&1
}

KEEPALIVED=()
for n in 1 2 3; do
    # This is keepalived's now.
    node_in $n ip addr del 10.255.255.10$n/16 dev eth0
    node_start $n --shards-count $SHARDS
    keepalived_start $n
done
within $BACK_WITHIN at_home || fail "the addresses are not at home: $(where)"
for n in 1 2 3; do phones open 4 audio 10.255.1.$n:2223 node$n >/dev/null; done
for n in 1 2 3; do within 10 sessions_are $n 4 8 || fail "node $n: $(node_sessions $n)"; done
# The calls of those that `init_fail` held back are served at home from here on.
within $BACK_WITHIN grep -q 'VRRP_Script.*succeeded' "$WORK/keepalived-3.log" || fail "keepalived does not ask"
sleep 2
phones talk >/dev/null
media_flows "at the start"

phones mark >/dev/null
kill -KILL "$REDIS_PID"
wait "$REDIS_PID" 2>/dev/null || true
for _ in $(seq 8); do
    sleep 1
    at_home || fail "without Redis addresses move: $(where)"
done
media_flowed "Redis is dead"
for n in 1 2 3; do
    status=0
    node_ctl $n status >/dev/null || status=$?
    [ $status = 7 ] || fail "node $n without Redis: status exits $status"
    serves $n || fail "node $n without Redis: ping fails"
done

# tandem_fails N WHAT HEIR: the address of node N goes to the heir, with its calls.
tandem_fails() {
    if serves "$1"; then
        # The time that a shard may be silent.
        within 5 eval "! serves $1" || fail "$2: ping says that it serves"
    fi
    within $MOVED_WITHIN holds "$3" "$1" "$3" || fail "$2: no move: $(where)"
    media_flows "$2"
}

tandem_is_back() {
    within 5 serves "$1" || fail "$2 is over: ping fails"
    within $BACK_WITHIN at_home || fail "$2 is over: $(where)"
    media_flows "$2 is over"
}

kill -STOP "${NODES[3]}"
tandem_fails 3 "tandem stopped, without Redis" 1
kill -CONT "${NODES[3]}"
tandem_is_back 3 "tandem stopped"

redis_start
for n in 1 2 3; do within 10 node_ctl $n status >/dev/null || fail "node $n does not find Redis again"; done

threads_stop "${NODES[2]}" shard-0
tandem_fails 2 "one shard stopped" 3
stop "$TRACER"
tandem_is_back 2 "one shard stopped"

kill -KILL "${NODES[1]}"
wait "${NODES[1]}" 2>/dev/null || true
NODES[1]=
tandem_fails 1 "tandem killed" 2
phones reinvite 10.255.1.2:2223 node1
within 5 sessions_are 2 8 4 || fail "node 2 has not taken the calls over: $(node_sessions 2)"
media_flows "taken over"
node_start 1 --shards-count $SHARDS
within 5 sessions_are 1 0 12 || fail "node 1 came back with $(node_sessions 1)"
tandem_is_back 1 "tandem killed"

# Nobody is better off without an address.
for n in 1 2 3; do kill -STOP "${NODES[n]}"; done
sleep 8
at_home || fail "nobody serves, and addresses are gone: $(where)"
for n in 1 2 3; do kill -CONT "${NODES[n]}"; done
for n in 1 2 3; do within 5 serves $n || fail "node $n does not go on"; done
sleep 1
media_flows "all stopped, and went on"
phones delete 10.255.1.2:2223 >/dev/null
within 15 nothing_left 1 2 3 || fail "left: $(for n in 1 2 3; do node_sessions $n; done | xargs), $(redis_keys) keys"
echo "PASS: addresses follow those who can serve them, and nothing else"
