#!/bin/bash
# A request that is not done leaves a line, whoever made it and over whatever it came: reason, call-id, address,
# command, and for an SDP the line. What is answered `ok` without being done is said as well, and never shown as done.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"
RELAY=tandem
# Room for two calls with four ports each.
PORT_MAX=$((PORT_MIN + 7))
relay_start --max-sessions 3 --delete-delay 0

sdp() {
    printf 'v=0\\r\\no=- 1 1 IN IP4 127.10.0.1\\r\\ns=-\\r\\nc=IN IP4 %s\\r\\nt=0 0\\r\\nm=audio %s %s 0\\r\\n' "$@"
}

offer() {
    ng "{\"command\":\"offer\",\"call-id\":\"$1\",\"from-tag\":\"a\",\"sdp\":\"$2\"${3:-}}" || true
}

answer() {
    ng "{\"command\":\"answer\",\"call-id\":\"$1\",\"from-tag\":\"a\",\"to-tag\":\"b\",\"sdp\":\"$2\"}" || true
}

# logged TEXT...: whether one line has all of the texts.
logged() {
    local lines text
    lines=$(cat "$WORK/relay.log")
    for text in "$@"; do
        lines=$(grep -F -- "$text" <<<"$lines") || return 1
    done
}

says() {
    within 5 logged "$@" || fail "no line with: $*"
}

metric() {
    python3 -c '
import sys, urllib.request
for line in urllib.request.urlopen(sys.argv[1]).read().decode().splitlines():
    if line.startswith(sys.argv[2] + " "):
        print(line.rsplit(" ", 1)[1])' "http://$HTTP/metrics" "$1"
}

sound=$(sdp 127.10.0.1 6000 RTP/AVP)
offer bad-sdp "$(sdp host.example 6000 RTP/AVP)" >/dev/null
says call=bad-sdp "refused: Failed to parse SDP" 'command="offer"' peer=127.0.0.1: 'SDP line 4' \
    '"c=IN IP4 host.example"'
ng '{"command":"query","call-id":"unknown-one"}' >/dev/null || true
says call=unknown-one "refused: Unknown call-id" 'command="query"' peer=127.0.0.1:
ng '{"command":"frobnicate","call-id":"odd"}' >/dev/null || true
says call=odd "refused: Unrecognized command" 'command="frobnicate"'
ng '{"command":"delete","call-id":"gone"}' >/dev/null || true
says call=gone "Call-ID not found or tags didn't match" 'command="delete"'
ng '{"command":"play media","call-id":"tune"}' >/dev/null || true
says call=tune "refused: unsupported" 'command="play media"'
ng '{"command":"block media","call-id":"x","address":"nowhere"}' >/dev/null || true
says call=x "refused: Failed to parse network address"

# Other ways in: TCP, HTTP, the line protocol and the unix socket.
python3 - "$NG" "$NG_TCP" "$HTTP" "$CLI" <<'PY'
import socket, sys
ng, tcp, http, cli = [(a.rsplit(":", 1)[0], int(a.rsplit(":", 1)[1])) for a in sys.argv[1:]]

def stream(address, data):
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.settimeout(5)
datagrams.sendto(b"nospace\x1b[2J", ng)
datagrams.sendto(b"1 dxe", ng)
datagrams.recv(4096)
stream(tcp, b"2 d7:command5:query7:call-id8:over-tcpe")
stream(tcp, b"3 d7:com")
stream(http, b"GET /nowhere?x HTTP/1.1\r\nHost: x\r\n\r\n")
stream(http, b"nonsense\r\n\r\n")
stream(cli, b"frobnicate now\n")
stream(cli, b"terminate over-cli\n")
stream(cli, b"long " + b"x" * 1500)
stream(cli, b"longer " + b"x" * 1500 + b"\n")
PY
says "call=-" "refused: no cookie" '"nospace\x1b[2J"'
says "refused: Could not decode bencode dictionary"
says call=over-tcp "refused: Unknown call-id"
says "refused: connection broken" "it ended within a message"
says "refused: 404 Not Found" 'command="/nowhere?x"'
says "refused: 400 Bad Request"
says "refused: unknown command" 'command="frobnicate now"'
says call=over-cli "refused: unknown call" "listener=listen-cli@$CLI peer=127.0.0.1:"
says "refused: line too long" 'command="long x' "listener=listen-cli@$CLI peer=127.0.0.1:"
says "refused: line too long" 'command="longer x'
"$TANDEM" ctl --socket "$WORK/ctl.sock" ksadd 7 >/dev/null 2>&1 || true
says "refused: no Redis" 'command="ksadd 7"' "listener=listen-ctl@$WORK/ctl.sock uid=$(id -u) pid="

# A call-id is not longer in the log than in reason.
ng "{\"command\":\"query\",\"call-id\":\"$(printf 'L%.0s' $(seq 5000))\"}" >/dev/null || true
says "refused: A call-id, tag or branch is too long" "LLL... and 4880 bytes"
[ "$(awk '{ if (length > longest) longest = length } END { print longest }' "$WORK/relay.log")" -lt 1000 ] ||
    fail "a line is longer than 1000 characters"

# What is answered ok and not done.
[ "$(offer secure "$(sdp 127.10.0.1 6000 RTP/SAVP)" ',"record-call":"yes","flags":["transcode-PCMA"]' |
    grep -c '"ok"')" = 1 ] || fail "a feature made an offer fail"
says call=secure "answered ok, but recording is not done" 'record-call'
says call=secure "answered ok, but transcoding is not done" 'transcode-PCMA'
ng '{"command":"start recording","call-id":"secure"}' | contains '"ok"' || fail "start recording"
says call=secure "answered ok, but recording is not done" 'command="start recording"'
[ "$(metric 'tandem_ng_not_done_total{feature="recording"}')" = 2 ] || fail "not counted: recording"
listed=$(relay_cli list sessions all; "$TANDEM" ctl --socket "$WORK/ctl.sock" list sessions all;
    relay_cli call secure info)
! grep -Eq 'rec:y|recording: yes|,recording| recording$' <<<"$listed" || fail "shown as recorded: $listed"

# SRTP against RTP would be dead audio.
answer secure "$(sdp 127.20.0.1 6010 RTP/AVP)" | contains '"error"' || fail "SRTP was answered by RTP"
says call=secure "refused: Conversion between RTP and SRTP is not supported" "says RTP" "has SRTP" 'command="answer"'
relay_cli call secure info | contains 'audio over RTP/SAVP' || fail "the profile is not the one that was signalled"
answer secure "$(sdp 127.20.0.1 6010 RTP/SAVPF)" | contains '"ok"' || fail "SRTP was not answered"
profiles=$(relay_cli call secure info | grep -o 'over [A-Z/]*' | xargs)
[ "$profiles" = "over RTP/SAVP over RTP/SAVPF" ] || fail "profiles of the legs: $profiles"

# Ports and limits.
offer second "$sound" >/dev/null
offer third "$sound" >/dev/null
says call=third "refused: Ran out of ports" 'command="offer"'
relay_cli set maxsessions 2 >/dev/null
offer fourth "$sound" ',"supports":["load limit"]' | contains 'load limit' || fail "no load limit"
says call=fourth "refused: Parallel session limit reached"
[ "$(metric 'tandem_refused_requests_total{protocol="ng",reason="Ran out of ports"}')" = 1 ] ||
    fail "a refusal is not counted by its reason"

# A flood is limited, counted in full, and the log says how much it left out though nothing follows.
python3 - "$NG" <<'PY'
import socket, sys
address = sys.argv[1].rsplit(":", 1)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.settimeout(5)
for number in range(300):
    datagrams.sendto(b"f%d d7:command6:answer7:call-id5:flood8:from-tag1:a6:to-tag1:b3:sdp3:v=1e" % number,
                     (address[0], int(address[1])))
    datagrams.recv(4096)
PY
lines=$(grep -c 'call=flood refused: Failed to parse SDP' "$WORK/relay.log")
[ "$lines" -ge 1 ] && [ "$lines" -le 40 ] || fail "$lines lines of a flood"
[ "$(metric 'tandem_refused_requests_total{protocol="ng",reason="Failed to parse SDP"}')" = 301 ] ||
    fail "a flood is not counted in full"
within 25 eval '[ "$(grep -c "lines were left out: ng: Failed to parse SDP" "$WORK/relay.log")" -ge 1 ]' ||
    fail "the log does not say how much was left out"
echo "PASS: every refusal leaves a line, and what is not done is not shown as done"
