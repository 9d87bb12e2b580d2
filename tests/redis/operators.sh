#!/bin/bash
# What operators do, and what happens to a node, beside a second one that must not suffer: keyspaces are left and
# followed again, calls are ended here only, handed over and taken over, records are erased, ports are taken, nodes
# start again.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

quietly() {
    "$@" >>"$WORK/quiet.out"
}

both_are() {
    [ "$(node_sessions 1)" = "$1 $2 $(($1 + $2))" ] && [ "$(node_sessions 2)" = "$3 $4 $(($3 + $4))" ]
}

seen() {
    echo "node 1 $(node_sessions 1), node 2 $(node_sessions 2), records $(records 1) and $(records 2)"
}

records() {
    # Without keys there is an empty line.
    redis -n "$1" --raw KEYS '*' | grep -v ^notifier- | grep -c . || true
}

records_are() {
    [ "$(records 1) $(records 2)" = "$1 $2" ]
}

field() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

# Since the last time, media has gone on.
talks() {
    local report
    report=$(phones report)
    [ "$(field silent <<<"$report") $(field wrong <<<"$report")" = "0 0" ] || fail "$1: $report"
    [ "$(field lost <<<"$report")" -le 2 ] || fail "$1: $report"
    quietly phones mark
    echo "$1: media goes on"
}

counter() {
    node_ctl "$1" redis --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["counters"][sys.argv[1]])' "$2"
}

foreign_listed() {
    node_ctl "$1" list sessions foreign --json | python3 -c '
import json, sys
print(len(json.load(sys.stdin)["calls"]))'
}

node_start 1
node_start 2
for n in 1 2; do quietly phones open 5 audio 10.255.1.$n:2223 node$n; done
within 5 both_are 5 5 5 5 || fail "not shared: $(seen)"
quietly phones talk
sleep 1
quietly phones mark

quietly node_ctl 1 ksrm 2
within 5 both_are 5 0 5 5 || fail "ksrm: $(seen)"
records_are 5 5 || fail "ksrm erased records: $(seen)"
quietly node_ctl 1 ksadd 2
within 5 both_are 5 5 5 5 || fail "ksadd: $(seen)"

quietly node_ctl 1 terminate foreign --yes
within 5 both_are 5 0 5 5 || fail "terminate foreign: $(seen)"
records_are 5 5 || fail "terminate foreign erased records: $(seen)"
quietly node_ctl 1 resync 2
within 5 both_are 5 5 5 5 || fail "resync: $(seen)"
[ "$(foreign_listed 1)" = 5 ] || fail "list sessions foreign: $(node_ctl 1 list sessions foreign)"
talks "keyspaces left and followed"

# Somebody else erases the record of an own call, again and again.
call=$(redis -n 1 --raw KEYS '*' | grep -v ^notifier- | head -n 1)
for _ in $(seq 20); do
    quietly redis -n 1 DEL "$call"
    sleep 0.05
done
within 10 records_are 5 5 || fail "an erased record is not written again: $(seen)"
within 5 both_are 5 5 5 5 || fail "after a record was erased: $(seen)"
[ "$(counter 1 republished)" -le 10 ] || fail "written again without pause: $(counter 1 republished) times"
talks "records erased"

# A clean hand-over, and back by force: `active` while the owner lives.
within 5 quietly node_ctl 1 standby --yes || fail "standby is refused: $(node_ctl 1 redis)"
quietly node_ctl 2 active --yes
within 5 both_are 0 10 10 0 || fail "standby and active: $(seen)"
within 5 records_are 0 10 || fail "standby and active: $(seen)"
quietly node_ctl 1 active --yes
within 5 both_are 10 0 0 10 || fail "active at one: $(seen)"
within 5 records_are 10 0 || fail "active at one: $(seen)"
talks "handed over"
# Both at once: whoever wins a call, it has one owner.
node_ctl 1 active --yes >>"$WORK/quiet.out" &
quietly node_ctl 2 active --yes
wait $!
one_owner_each() {
    local own1 own2 all1 all2 _
    read -r own1 _ all1 < <(node_sessions 1)
    read -r own2 _ all2 < <(node_sessions 2)
    [ "$((own1 + own2)) $all1 $all2 $(($(records 1) + $(records 2)))" = "10 10 10 10" ]
}
within 10 one_owner_each || fail "active at both: $(seen)"
talks "two owners"
quietly phones delete 10.255.1.1:2223
within 10 nothing_left 1 2 || fail "left: $(seen)"

# The ports of a record are taken at the standby: it waits for them, and nothing is deleted.
stop "${NODES[2]}"
node_start 2 --port-max 30099
nsenter --target "${HOLDERS[1]}" --net python3 -c '
import socket, time
taken = []
for port in range(30000, 30100):
    taken.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    taken[-1].setsockopt(socket.SOL_IP, 15, 1)
    taken[-1].bind(("10.255.255.102", port))
print("taken", flush=True)
time.sleep(60)' >"$WORK/taken" &
taker=$!
PIDS+=("$taker")
within 5 grep -q taken "$WORK/taken" || fail "cannot take ports"
quietly phones open 5 audio 10.255.1.2:2223 waits
within 5 eval '[ "$(counter 1 calls-waiting-for-ports)" -ge 5 ]' || fail "do not wait: $(node_ctl 1 redis)"
both_are 0 0 5 0 || fail "ports taken: $(seen)"
records_are 0 5 || fail "ports taken: $(seen)"
stop "$taker"
within 15 both_are 0 5 5 0 || fail "ports free again: $(seen)"
echo "ports taken: waited for"

# A node says that it is ready when it has its calls back.
quietly phones open 300 audio 10.255.1.1:2223 many
within 10 both_are 300 5 5 300 || fail "many: $(seen)"
kill -KILL "${NODES[1]}"
wait "${NODES[1]}" 2>/dev/null || true
python3 -c '
import socket, subprocess, sys
path, ctl = sys.argv[1], sys.argv[2:]
ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind(path)
ear.settimeout(30)
print("listening", flush=True)
while b"READY=1" not in ear.recv(1000):
    pass
print(subprocess.run(ctl, capture_output=True, text=True).stdout)' \
    "$WORK/notify" "$TANDEM" ctl --socket "$WORK/1.sock" list numsessions >"$WORK/ready.out" &
ready=$!
PIDS+=("$ready")
within 5 grep -q listening "$WORK/ready.out" || fail "cannot listen"
NOTIFY_SOCKET=$WORK/notify node_start 1
wait "$ready"
grep -q 'own: 300$' "$WORK/ready.out" && grep -q 'foreign: 5$' "$WORK/ready.out" ||
    fail "ready before its calls were back: $(xargs <"$WORK/ready.out")"
echo "started again: ready with its calls"
quietly phones delete 10.255.1.1:2223 many
quietly phones delete 10.255.1.2:2223 waits
within 10 nothing_left 1 2 || fail "left: $(seen)"

# Media alone takes calls over, where that is wanted; it comes only once the address has moved.
stop "${NODES[2]}"
node_start 2 --redis-active-switchover media
quietly phones open 3 audio 10.255.1.1:2223 media
within 5 both_are 3 0 0 3 || fail "before media takes over: $(seen)"
sleep 1
both_are 3 0 0 3 || fail "taken over without media: $(seen)"
node_kill 1
address_move 1 2
within 10 sessions_are 2 3 0 || fail "media did not take over: $(node_sessions 2)"
within 10 records_are 0 3 || fail "media took over, and the records are elsewhere: $(records 1) and $(records 2)"
quietly phones delete 10.255.1.2:2223 media
media_address del 1 2
address_move 1 1
node_start 1
within 10 nothing_left 1 2 || fail "left: $(seen)"
echo "media took over"

# Nobody is there to take the calls of node 1: it does not stand by, unless it has to.
quietly phones open 2 audio 10.255.1.1:2223 nobody
stop "${NODES[2]}"
refused() {
    local status=0
    node_ctl 1 standby --yes >"$WORK/refused" 2>&1 || status=$?
    [ $status = 1 ] && grep -q 'no node that follows keyspace 1' "$WORK/refused"
}
within 15 refused || fail "standby without a peer: $(cat "$WORK/refused"), $(node_sessions 1)"
# A node that is there, and holds none of its calls, is nobody either.
node_start 2 --redis-subscribe-keyspace 3
sleep 3
refused || fail "standby with a peer that holds nothing: $(cat "$WORK/refused")"
quietly node_ctl 2 ksadd 1
within 5 quietly node_ctl 1 standby --yes 2>>"$WORK/quiet.out" || fail "standby with a peer: $(node_ctl 1 redis)"
quietly node_ctl 2 active --yes
within 5 sessions_are 2 2 0 || fail "the calls were not taken: $(seen)"
quietly phones delete 10.255.1.2:2223 nobody
within 10 nothing_left 1 2 || fail "left: $(seen)"
stop "${NODES[2]}"
node_start 2
echo "not handed over to nobody"

# Records are refreshed while their calls live, and expire when their node is gone for good.
stop "${NODES[2]}"
node_start 2 --redis-expires 3
quietly phones open 2 audio 10.255.1.2:2223 expires
sleep 5
both_are 0 2 2 0 || fail "records of living calls expired: $(seen)"
kill -KILL "${NODES[2]}"
wait "${NODES[2]}" 2>/dev/null || true
within 10 sessions_are 1 0 0 || fail "the calls of a node that is gone stay: $(node_sessions 1)"
echo "PASS: operators, and what happens to nodes"
