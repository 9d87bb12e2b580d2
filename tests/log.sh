#!/bin/bash
# A log that nobody reads holds up nothing: with standard error full, proxies and operators are answered as ever, and
# SIGTERM ends the node. Once it is read again, what waited comes, and how many lines did not.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"
if [ "$RELAY" != tandem ]; then
    echo "SKIP: these are promises of tandem's"
    exit 0
fi

# Far less is needed; this is for machines that do much else.
PATIENCE=10

# The relay's log is a pipe with no room left.
mkfifo "$WORK/relay.log"
exec {unread}<>"$WORK/relay.log"
fill() {
    dd if=/dev/zero of="$WORK/relay.log" bs=4096 count=100000 oflag=nonblock status=none 2>/dev/null || true
}

ctl() {
    timeout $PATIENCE "$TANDEM" ctl --socket "$WORK/ctl.sock" "$@"
}

lines_lost() {
    python3 -c 'import sys, urllib.request
page = urllib.request.urlopen(sys.argv[1], timeout=10).read().decode()
print(next(line.split()[1] for line in page.splitlines() if line.startswith("tandem_log_lines_lost_total ")))' \
        "http://$HTTP/metrics"
}

# offers COUNT: calls with long names. Each is a line of the log, from one shard or another.
offers() {
    python3 - "$NG" "$1" <<'PYTHON'
import json, socket, sys
host, port = sys.argv[1].rsplit(":", 1)
sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as proxy:
    proxy.settimeout(10)
    for number in range(int(sys.argv[2])):
        call = {"command": "offer", "call-id": f"{number}-" + "x" * 4000, "from-tag": "f", "sdp": sdp}
        proxy.sendto(f"{number} {json.dumps(call)}".encode(), (host, int(port)))
        reply = proxy.recv(65535)
        if b'"result":"ok"' not in reply:
            sys.exit(f"offer {number}: {reply[:200]}")
PYTHON
}

is_gone() {
    [ "$(awk '/^State:/ { print $2 }' "/proc/$RELAY_PID/status" 2>/dev/null || echo Z)" = Z ]
}

# ended STATUS: the relay ends by itself in time, with this status.
ended() {
    local status=0
    if ! within $PATIENCE is_gone; then
        kill -KILL "$RELAY_PID"
        fail "the relay does not end"
    fi
    wait "$RELAY_PID" || status=$?
    [ $status = "$1" ] || fail "the relay ended with $status"
    RELAY_PID=
}

fill
relay_start --log-level debug
offers 400 || fail "proxies are not answered"
timeout $PATIENCE rtpengine-ctl -ip ${CLI%:*} -port ${CLI#*:} list numsessions | contains "total: 400" ||
    fail "listen-cli does not answer"
[ "$(lines_lost)" -gt 50 ] || fail "lines that found no room are not counted"
ctl status | contains "^log .* lines are missing" || fail "status does not say that lines are missing"
ctl --yes terminate all | contains "400 calls" || fail "listen-ctl does not answer"
kill -TERM "$RELAY_PID"
ended 0

# What waited comes once somebody reads, and how many lines did not.
fill
relay_start --log-level debug
offers 400
lost=$(lines_lost)
cat "$WORK/relay.log" >"$WORK/read" &
PIDS+=($!)
said="ERROR tandem::logging $lost lines were left out: nobody has read them in time"
within $PATIENCE grep -aq "$said" "$WORK/read" ||
    fail "what was left out is not said"
created=$(grep -ac " created: by an offer shard=" "$WORK/read")
[ "$created" -ge 50 ] && [ "$created" -lt 400 ] || fail "$created of 400 lines were kept"
ctl --yes terminate all >/dev/null
relay_stop
within $PATIENCE grep -aq "ended; all ports are free" "$WORK/read" || fail "the last words are not written"
stop "${PIDS[@]}"

# A node that cannot start ends, whether somebody reads why or not.
fill
"$TANDEM" run --port-min 5 --port-max 4 >/dev/null 2>"$WORK/relay.log" &
RELAY_PID=$!
ended 1
"$TANDEM" run --listen-ng 192.0.2.1:2223 --listen-cli "" --listen-ctl off >/dev/null 2>"$WORK/relay.log" &
RELAY_PID=$!
ended 1
echo "a log that nobody reads holds up nothing"
