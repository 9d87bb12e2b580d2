#!/usr/bin/env python3
"""What tests/listeners.sh asks a running tandem: listeners.py CTL-SOCKET CHECK. Ends with 1 if something is not as it
should be."""
import base64
import json
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

NG, TCP_NG, HTTP = ("127.0.0.1", 2223), ("127.0.0.1", 2224), ("127.0.0.1", 2225)
METRICS, CLI, CTL = ("127.0.0.1", 2226), ("127.0.0.1", 9900), sys.argv[1]
NG_TYPE, CLI_TYPE = "application/x-rtpengine-ng", "application/x-rtpengine-cli"
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"
# A peer that is let in is answered in far less than a second; this is for machines that do much else.
PATIENCE = 20


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: {seen!r} instead of {wanted!r}")


def connect(place):
    peer = socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET)
    peer.settimeout(PATIENCE)
    # Little is enough to fill.
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    peer.connect(place)
    return peer


def talk(place, data):
    """What comes back until the relay closes, and how."""
    with connect(place) as peer:
        peer.sendall(data)
        answer = b""
        try:
            while part := peer.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        return answer


def http(line, body=b"", place=HTTP, **fields):
    """The status and body of a request on a connection of its own."""
    host = fields.pop("Host", "%s:%d" % place)
    head = f"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    answer = talk(place, head.encode() + b"\r\n" + body)
    return int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]


def websocket(protocol, place=HTTP, **fields):
    peer = connect(place)
    head = f"GET / HTTP/1.1\r\nHost: {fields.pop('Host', '%s:%d' % place)}\r\nUpgrade: websocket\r\n"
    head += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " + protocol
    head += f"\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    peer.sendall(head.encode() + b"\r\n")
    answer = b""
    while not answer.endswith(b"\r\n\r\n") and (byte := peer.recv(1)):
        answer += byte
    return int(answer[9:12]), peer


def frame(text):
    """A text message of a client, masked with zeros (RFC 6455 section 5.2)."""
    length = len(text)
    size = bytes([0x80 | length]) if length < 126 else bytes([0x80 | 126]) + length.to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + text


def ask_websocket(protocol, text, **fields):
    status, peer = websocket(protocol, **fields)
    expect(f"WebSocket {protocol}", status, 101)
    with peer:
        peer.sendall(frame(text))
        return peer.recv(65536)[2:]


def ng(message):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(PATIENCE)
        peer.sendto(f"{os.urandom(6).hex()} {json.dumps(message)}".encode(), NG)
        return json.loads(peer.recv(65536).partition(b" ")[2])


def ctl(command):
    return json.loads(talk(CTL, json.dumps({"command": command, "format": "json"}).encode() + b"\n"))


def calls():
    return ctl("list numsessions")["data"]["total"]


def make_call():
    expect("offer", ng({"command": "offer", "call-id": "c", "from-tag": "f", "sdp": SDP})["result"], "ok")
    expect("calls", calls(), 1)


def others_change_nothing():
    end = b"terminate all"
    cli_in_ng = json.dumps({"command": "cli", "body": "terminate all"}).encode()
    address, evil = "127.0.0.1:2225", "http://evil.example"
    make_call()
    changing = "terminate+all terminate%20all standby standby+--force active set+timeout+1 params+revert"
    for line in [*changing.split(), "call+c+terminate"]:
        for method in "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "terminate":
            status, _ = http(f"{method} /cli/{line}")
            expect(f"{method} /cli/{line}", status in (403, 405), True)
    for kind in "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", CLI_TYPE:
        status, _ = http("POST /cli", end, Content_Type=kind)
        expect(f"POST /cli of {kind}", status in (403, 404), True)
    for fields in (
        {"Origin": evil},
        {"Origin": "null"},
        {"Origin": evil, "Host": "evil.example"},
        {"Origin": f"http://{address}", "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        body = b'1 {"command":"delete","call-id":"c"}'
        expect(f"POST /ng {fields}", http("POST /ng", body, Content_Type=NG_TYPE, **fields)[0], 403)
        expect(f"POST /ng-plain {fields}", http("POST /ng-plain", body[2:], Content_Type=NG_TYPE, **fields)[0], 403)
        expect(f"POST /cli {fields}", http("POST /cli", end, Content_Type="text/plain", **fields)[0], 403)
        for protocol in "cli.rtpengine.com", "ng.rtpengine.com", "ng-plain.rtpengine.com":
            expect(f"WebSocket {protocol} {fields}", websocket(protocol, **fields)[0], 403)
    for answer in (
        http("POST /ng-plain", cli_in_ng, Content_Type=NG_TYPE)[1],
        ask_websocket("cli.rtpengine.com", end),
        ask_websocket("ng.rtpengine.com", b"1 " + cli_in_ng),
        ask_websocket("ng-plain.rtpengine.com", cli_in_ng),
    ):
        expect("not allowed", b"Not allowed" in answer, True)
    for method in b"POST", b"GET", b"standby", b"terminate", b"OPTIONS":
        request = method + b" /all HTTP/1.1\r\nHost: x\r\n\r\nterminate all\nterminate all\r\n1 d6:body13:x"
        expect(f"{method} where lines are spoken", talk(CLI, request), b"")
        expect(f"{method} where ng is spoken", talk(TCP_NG, request), b"")
    hello = bytes.fromhex("160301020001000" + "1" + "fc0303")
    expect("TLS where lines are spoken", talk(CLI, hello), b"")
    expect("TLS where ng is spoken", talk(TCP_NG, hello), b"")
    expect("calls", (calls(), ctl("list sessions own")["data"]["calls"][0]["call_id"]), (1, "c"))

    expect("GET reads", http("GET /cli/list+numsessions")[1].startswith(b"Current sessions own: 1"), True)
    expect("WebSocket reads", b"own: 1" in ask_websocket("cli.rtpengine.com", b"list numsessions"), True)
    metrics = urllib.request.urlopen("http://%s:%d/metrics" % METRICS, timeout=PATIENCE).read()
    expect("metrics", b"tandem_calls" in metrics, True)
    for line in "GET /cli/list+totals", "POST /ng", "POST /ng-plain", "POST /cli":
        expect(f"{line} where metrics are", http(line, b"ping", METRICS, Content_Type=NG_TYPE)[0], 403)
    # The other listeners still end calls.
    expect("ng over UDP", ng(json.loads(cli_in_ng))["result"], "ok")
    make_call()
    expect("listen-cli", talk(CLI, b"terminate all\n"), b"All calls terminated by operator.\n")
    make_call()
    expect("listen-ctl", ctl("terminate all")["exit"], 0)
    expect("calls", calls(), 0)
    print("pages of other sites, GET, HTTP where it is not spoken: change nothing")


def meant_to_change():
    make_call()
    end, cli_in_ng = b"terminate all", {"command": "cli", "body": "terminate all"}
    expect("GET", http("GET /cli/terminate+all")[0], 403)
    expect("a type that pages may send", http("POST /cli", end, Content_Type="text/plain")[0], 415)
    expect("another page", http("POST /cli", end, Content_Type=CLI_TYPE, Origin="http://evil.example")[0], 403)
    expect("ng over UDP", ng(cli_in_ng)["result"], "error")
    expect("ng over UDP reads", ng({"command": "cli", "body": "list totals"})["result"], "ok")
    expect("calls", calls(), 1)
    expect("POST /cli", http("POST /cli", end, Content_Type=CLI_TYPE)[0], 200)
    expect("calls", calls(), 0)
    make_call()
    expect("WebSocket", ask_websocket("cli.rtpengine.com", end)[:9], b"All calls")
    expect("calls", calls(), 0)
    print("what was meant to change something does")


def metrics_alone():
    for path in "metrics", "live", "ready", "ping":
        expect(path, http(f"GET /{path}")[0], 200)
    for line in "GET /cli/list+totals", "POST /cli", "POST /ng", "POST /ng-plain":
        expect(line, http(line, b"1 d7:command4:pinge", Content_Type=NG_TYPE)[0], 403)
    for protocol in "cli.rtpengine.com", "ng.rtpengine.com":
        expect(f"WebSocket {protocol}", websocket(protocol)[0], 403)
    print("metrics and health are served alone")


def evicted():
    text = http("GET /metrics", place=METRICS)[1].decode()
    rows = (line.split() for line in text.splitlines() if line.startswith('tandem_connections_total{event="evicted"'))
    return {name.split('"')[3]: int(value) for name, value in rows}


def silent(place, _request):
    return [connect(place) for _ in range(COUNT[place])]


def half_said(place, request):
    peers = silent(place, request)
    for peer in peers:
        say(peer, request[:-1])
    return peers


def say(peer, data):
    try:
        return peer.send(data)
    except OSError:
        # It has made room for another, or has no room for what is said.
        return 0


def deaf(place, request):
    """Ask for as much as the relay takes, and read nothing."""
    peers = silent(place, request)
    many = request * (1 + (1 << 13) // len(request))
    for peer in peers:
        peer.setblocking(False)
        while say(peer, many):
            pass
    return peers


def trickling(place, request):
    """One byte after the other, for ever: `stop` ends it."""
    peers = half_said(place, request[:2])

    def trickle():
        while not stop.wait(0.05):
            for peer in peers:
                say(peer, request[:1])

    threading.Thread(target=trickle, daemon=True).start()
    return peers


stop = threading.Event()
# More than may be open: 16 and 256.
COUNT = {CLI: 60, CTL: 60, TCP_NG: 300, HTTP: 300, METRICS: 300}


def full_listeners_let_in():
    in_http = b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
    upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    upgrade += b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: echo.rtpengine.com\r\n\r\n"
    listeners = {
        "listen-cli": (CLI, b"list totals\n", lambda: b"own" in talk(CLI, b"list numsessions\n")),
        "listen-ctl": (CTL, b'{"command":"usage"}\n', lambda: ctl("list numsessions")["exit"] == 0),
        "listen-tcp-ng": (TCP_NG, b"1 d7:command10:statisticse", ng_over_tcp),
        "listen-http": (HTTP, b"GET /cli/usage HTTP/1.1\r\nHost: x\r\n\r\n", lambda: http("GET /ping")[0] == 200),
        "listen-metrics": (METRICS, in_http, lambda: http("GET /ping", place=METRICS)[0] == 200),
    }
    longest = 0
    for name, (place, request, is_answered) in listeners.items():
        for occupy in silent, half_said, trickling, deaf:
            peers = occupy(place, request)
            if place == HTTP:
                # Those who speak WebSocket are at the same address.
                peers += [websocket("ng.rtpengine.com")[1] for _ in range(50)]
                peers += [connect(place) for _ in range(10)]
                [say(peer, upgrade + frame(b"x" * 60000) * 4) for peer in peers[-10:]]
            for _ in range(10):
                began = time.monotonic()
                expect(f"{name}, {occupy.__name__}", is_answered(), True)
                longest = max(longest, time.monotonic() - began)
            if place == HTTP:
                expect("WebSocket", b"own" in ask_websocket("cli.rtpengine.com", b"list numsessions"), True)
            stop.set()
            [peer.close() for peer in peers]
            stop.clear()
        expect(f"{name}: some were evicted", evicted()[name] > 0, True)
    print(f"full listeners let the next one in, after {longest * 1000:.0f} ms at most")


def ng_over_tcp():
    with connect(TCP_NG) as peer:
        peer.sendall(b"9 d7:command4:pinge")
        return peer.recv(100) == b"9 d6:result4:ponge"


def many_ask_at_once():
    """More than there are ways to ask shards: each of these asks them twice, the second time while it is asked."""
    peers = [connect(TCP_NG) for _ in range(200)]
    for _ in range(3):
        for peer in peers:
            peer.sendall(b"1 d4:body11:list totals7:command3:clie 2 d7:command10:statisticse")
    made = ng({"command": "offer", "call-id": "m", "from-tag": "f", "sdp": SDP})["result"]
    expect("ng over UDP", made, "ok")
    for peer in peers:
        expect("ng over TCP", peer.recv(2), b"1 ")
        peer.close()
    expect("listen-cli", talk(CLI, b"terminate all\n"), b"All calls terminated by operator.\n")
    print("many ask at once: all are answered")


def full_of_calls():
    for number in range(60):
        reply = ng({"command": "offer", "call-id": f"c{number}", "from-tag": "f", "sdp": SDP})
        if reply["result"] != "ok":
            break
    expect("the last offer", reply.get("error-reason"), "Ran out of ports")
    expect("some calls", number > 10, True)
    for _ in range(20):
        expect("listen-ctl", ctl("ping")["exit"], 0)
        expect("listen-cli", b"own" in talk(CLI, b"list numsessions\n"), True)
        expect("listen-metrics", http("GET /live", place=METRICS)[0], 200)
    print("calls leave descriptors to operators")


CHECKS = {
    "full-of-calls": full_of_calls,
    "many-ask-at-once": many_ask_at_once,
    "others-change-nothing": others_change_nothing,
    "meant-to-change": meant_to_change,
    "metrics-alone": metrics_alone,
    "full-listeners-let-in": full_listeners_let_in,
}
CHECKS[sys.argv[2]]()
