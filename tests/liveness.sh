#!/bin/bash
# A shard that does not turn is noticed: by `tandem ctl ping`, by /live, and by systemd's watchdog, which gets no sign
# of life until it turns again. Whoever asks is answered at once all the same; proxies too, whichever shard hears them:
# for the calls of the others as ever, for its own by a refusal that sends them elsewhere.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"

# What a watchdog allows, and what the relay is given to notice: two seconds of silence, and a little.
WATCHDOG_US=2000000
NOTICED_WITHIN=5

ping() {
    timeout 2 "$TANDEM" ctl --socket "$WORK/ctl.sock" --timeout 1 ping
}

# http PATH: status and body.
http() {
    python3 - "$HTTP" "$1" <<'PYTHON'
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(f"http://{sys.argv[1]}{sys.argv[2]}", timeout=1)
except urllib.error.HTTPError as refused:
    answer = refused
print(answer.status, answer.read().decode().strip())
PYTHON
}

# signs_of_life SECONDS: how many the watchdog gets in that time.
signs_of_life() {
    local before
    before=$(grep -c '^WATCHDOG=1$' "$WORK/systemd" || true)
    sleep "$1"
    echo $(($(grep -c '^WATCHDOG=1$' "$WORK/systemd") - before))
}

# proxies: many of them, each of which offers many calls; how many were taken, and how many refused as an overload.
proxies() {
    python3 - "$NG" <<'PYTHON'
import os, socket, sys
host, port = sys.argv[1].rsplit(":", 1)
SDP = ["v=0", "o=- 1 1 IN IP4 127.0.0.9", "s=-", "c=IN IP4 127.0.0.9", "t=0 0", "m=audio 6000 RTP/AVP 0", ""]
def offer(cookie, call):
    text = {"command": "offer", "call-id": call, "from-tag": "f", "sdp": "\r\n".join(SDP)}
    text = "".join(f"{len(k)}:{k}{len(v)}:{v}" for k, v in text.items())
    return f"{cookie} d{text}8:supportsl10:load limitee".encode()
waiting, ok, refused = {}, 0, 0
for proxy in range(16):
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.connect((host, int(port)))
    peer.settimeout(2)
    for call in range(8):
        peer.send(offer(f"{proxy}.{call}", f"{os.getpid()}-{proxy}-{call}"))
    waiting[proxy] = peer
for proxy, peer in waiting.items():
    for _ in range(8):
        reply = peer.recv(65535)
        ok += reply.endswith(b"6:result2:oke")
        refused += b"10:load limit" in reply
print(ok, refused)
PYTHON
}

python3 - "$WORK/notify" >"$WORK/systemd" <<'PYTHON' &
import socket, sys
ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(ear.recv(1000).decode(), flush=True)
PYTHON
PIDS+=("$!")
within 5 grep -q listening "$WORK/systemd" || fail "cannot listen"
NOTIFY_SOCKET=$WORK/notify WATCHDOG_USEC=$WATCHDOG_US relay_start --shards-count 2
[ "$(ping)" = "pong from 2 shards" ] || fail "ping: $(ping)"
[ "$(http /live)" = "200 live" ] || fail "/live: $(http /live)"
[ "$(http /ready)" = "200 ready" ] || fail "/ready: $(http /ready)"
[ "$(signs_of_life 2)" -ge 2 ] || fail "the watchdog is not fed"
[ "$(proxies)" = "128 0" ] || fail "proxies are not answered"

threads_stop "$RELAY_PID" shard-1
within $NOTICED_WITHIN eval '! ping >"$WORK/ping.out" 2>&1' || fail "ping does not notice that a shard is stopped"
status=0
ping >"$WORK/ping.out" 2>&1 || status=$?
[ $status = 4 ] || fail "ping exits $status: $(cat "$WORK/ping.out")"
grep -q 'shard 1' "$WORK/ping.out" || fail "ping does not name the shard: $(cat "$WORK/ping.out")"
[ "$(http /live)" = "503 no answer from shard 1" ] || fail "/live: $(http /live)"
[ "$(http /ready)" = "503 no answer from shard 1" ] || fail "/ready: $(http /ready)"
read -r ok refused < <(proxies) || fail "a proxy is not answered while a shard is stopped"
[ "$ok" -ge 32 ] && [ "$refused" -ge 32 ] && [ $((ok + refused)) = 128 ] ||
    fail "while a shard is stopped, $ok offers were taken and $refused refused"
[ "$(signs_of_life 2)" = 0 ] || fail "the watchdog is fed although a shard is stopped"
within 10 grep -q 'no answer from shard 1' "$WORK/relay.log" || fail "the log does not say it"

stop "$TRACER"
within $NOTICED_WITHIN eval 'ping >/dev/null 2>&1' || fail "ping does not notice that the shard turns again"
[ "$(http /live)" = "200 live" ] || fail "/live: $(http /live)"
[ "$(signs_of_life 2)" -ge 2 ] || fail "the watchdog is not fed again"
[ "$(proxies)" = "128 0" ] || fail "proxies are not answered again"
echo "PASS: a stopped shard is noticed, and that it turns again"
