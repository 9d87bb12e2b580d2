#!/bin/bash
# A node without Redis: `standby` is refused, whatever the door, since nobody would take the calls; with `--force` it is
# done, and the calls end by their timeouts.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"

TIMEOUT=2

ctl() {
    "$TANDEM" ctl --socket "$WORK/ctl.sock" "$@"
}

# "own foreign"
sessions() {
    ctl list numsessions | awk '/sessions (own|foreign)/ { print $NF }' | xargs
}

sessions_are() {
    [ "$(sessions)" = "$1" ]
}

relay_start --timeout $TIMEOUT
sdp='v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n'
ng "{\"command\":\"offer\",\"call-id\":\"orphan\",\"from-tag\":\"a\",\"sdp\":\"$sdp\"}" >/dev/null
ng "{\"command\":\"answer\",\"call-id\":\"orphan\",\"from-tag\":\"a\",\"to-tag\":\"b\",\"sdp\":\"$sdp\"}" >/dev/null
sessions_are "1 0" || fail "no call: $(sessions)"

status=0
ctl standby >"$WORK/standby.out" 2>&1 || status=$?
[ $status = 1 ] || fail "standby exits $status: $(cat "$WORK/standby.out")"
grep -q 'no Redis is configured' "$WORK/standby.out" || fail "standby does not say why: $(cat "$WORK/standby.out")"
relay_cli standby | contains 'no Redis is configured' || fail "the line protocol does not refuse"
status=0
ctl terminate own --force >"$WORK/standby.out" 2>&1 || status=$?
[ $status = 2 ] || fail "--force is taken for anything: exit $status"
sessions_are "1 0" || fail "standby was refused and done: $(sessions)"

ctl standby --force >"$WORK/standby.out"
[ "$(cat "$WORK/standby.out")" = "1 own calls are foreign now." ] || fail "by force: $(cat "$WORK/standby.out")"
within $((TIMEOUT + 5)) sessions_are "0 0" || fail "the call does not end: $(sessions)"
[ "$(relay_ports)" = 0 ] || fail "ports are left: $(relay_ports)"
within 10 grep -q 'call=orphan ended: cause=timeout' "$WORK/relay.log" || fail "the log does not say how it ended"
echo "PASS: nobody takes the calls of a node without Redis, and they end"
