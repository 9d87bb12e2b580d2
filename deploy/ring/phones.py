#!/usr/bin/env python3
"""The phones and the proxy of the ring: makes calls at a node, talks, and watches what comes.

One command a line on standard input, one line of answer each:

  open COUNT KIND NG        makes calls at the node with that ng address; KIND is audio, video, mux or ip6
  open COUNT KIND NG NAME   the same, the calls named NAME-1, NAME-2, ... (else call-1, ...)
  talk                      all phones start to send, 50 packets a second, and RTCP
  mark                      what has come so far is forgotten; the report starts here
  report                    what has been sent, lost, and came wrong since; the longest silence of any stream
  reinvite NG [NAME]        offers and answers every call anew at that node: the ports must stay
  delete NG [NAME]          ends the calls at that node, at once
  slowest                   the longest wait for an answer since it was asked last
  fill COUNT RATE NG NAME   makes calls without phones, so many a second (0: as fast as they are answered)

Answers that start with `error` say what went wrong. A stream is one direction of one medium; its packets carry its own
SSRC and must come from the very address that the phone sends to.
"""
import select, socket, struct, sys, threading, time

PHONE = {4: "10.255.2.1", 6: "fd0a::2:1"}
PACKET_TIME = 0.02
RTCP_EVERY = 10
# What is still on its way when a report is made.
UNDER_WAY = 0.2
KINDS = {"audio": ["audio"], "video": ["audio", "video"], "mux": ["audio"], "ip6": ["audio"]}


class Refused(Exception):
    pass


def encode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(encode(key) + encode(value[key]) for key in sorted(value)) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(encode, value)) + b"e"
    if isinstance(value, int):
        return b"i%de" % value
    value = value.encode()
    return b"%d:%s" % (len(value), value)


def decode(data, at=0):
    kind = data[at:at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if kind in b"dl":
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = decode(data, at)
            items.append(item)
        return (dict(zip(items[::2], items[1::2])) if kind == b"d" else items), at + 1
    colon = data.index(b":", at)
    end = colon + 1 + int(data[at:colon])
    return data[colon + 1:end].decode(), end


class Proxy:
    """Asks again under the same cookie, as the proxies' modules do."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((PHONE[4], 0))
        self.cookie = 0
        self.slowest = 0.0

    def ask(self, ng, **request):
        host, port = ng.rsplit(":", 1)
        self.cookie += 1
        cookie = b"%d_%d" % (id(self), self.cookie)
        packet = cookie + b" " + encode({key.replace("_", "-"): value for key, value in request.items()})
        start = time.monotonic()
        for _ in range(5):
            self.socket.sendto(packet, (host, int(port)))
            until = time.monotonic() + 1
            while (left := until - time.monotonic()) > 0:
                if not select.select([self.socket], [], [], left)[0]:
                    break
                try:
                    answer = self.socket.recv(65536)
                except OSError:
                    break
                if answer.startswith(cookie + b" "):
                    self.slowest = max(self.slowest, time.monotonic() - start)
                    reply = decode(answer[len(cookie) + 1:])[0]
                    if reply.get("result") == "error":
                        raise Refused(f"{request['command']}: {reply.get('error-reason')}")
                    return reply
        raise Refused(f"{request['command']}: {ng} does not answer")


def bind(family):
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    bound = socket.socket(kind, socket.SOCK_DGRAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    bound.setblocking(False)
    bound.bind((PHONE[family], Line.next_port))
    Line.next_port += 1
    return bound


class Line:
    """One medium at one phone."""

    next_port = 20000
    next_ssrc = 0x1000

    def __init__(self, medium, family, mux):
        self.medium, self.family, self.mux = medium, family, mux
        Line.next_port += Line.next_port % 2
        self.rtp = bind(family)
        self.rtcp = bind(family)
        self.ssrc = Line.next_ssrc
        Line.next_ssrc += 1
        self.target = self.rtcp_target = None
        self.sequence = 0
        self.peer = self.last = None
        self.mark()

    def mark(self):
        """Counts from here on. A silence that has begun goes on."""
        self.marked = self.sequence
        self.came = set()
        self.wrong = self.rtcp_came = 0
        self.silence = 0.0

    def send(self, with_rtcp):
        if self.target is None:
            return
        payload_type = 8 if self.medium == "audio" else 96
        self.sequence += 1
        rtp = struct.pack("!BBHII", 0x80, payload_type, self.sequence & 0xFFFF, self.sequence * 160, self.ssrc)
        self.put(self.rtp, rtp + b"U" * 160, self.target)
        if with_rtcp:
            report = struct.pack("!BBHIIIIII", 0x80, 200, 6, self.ssrc, 0, 0, 0, self.sequence, 0)
            self.put(self.rtp if self.mux else self.rtcp, report, self.rtcp_target)

    @staticmethod
    def put(sender, packet, target):
        try:
            sender.sendto(packet, target)
        except OSError:
            pass  # nobody is there now: it counts as lost

    def receive(self, now, socket_):
        while True:
            try:
                packet, source = socket_.recvfrom(2048)
            except OSError:
                return
            if len(packet) >= 8 and 200 <= packet[1] <= 207:
                self.rtcp_came += struct.unpack("!I", packet[4:8])[0] == self.peer.ssrc
                continue
            if source[:2] != self.target or struct.unpack("!I", packet[8:12])[0] != self.peer.ssrc:
                self.wrong += 1
                continue
            self.came.add(struct.unpack("!H", packet[2:4])[0])
            if self.last is not None:
                self.silence = max(self.silence, now - self.last)
            self.last = now


class Call:
    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        family, mux = (6 if kind == "ip6" else 4), kind == "mux"
        self.sides = [[Line(medium, family, mux) for medium in KINDS[kind]] for _ in range(2)]
        for one, other in zip(*self.sides):
            one.peer, other.peer = other, one
        self.version = 0

    def sdp(self, side):
        family = 6 if self.kind == "ip6" else 4
        lines = ["v=0", f"o=- 1 {self.version} IN IP{family} {PHONE[family]}", "s=-",
                 f"c=IN IP{family} {PHONE[family]}", "t=0 0"]
        for line in self.sides[side]:
            port = line.rtp.getsockname()[1]
            number, codec = (8, "PCMA/8000") if line.medium == "audio" else (96, "H264/90000")
            lines += [f"m={line.medium} {port} RTP/AVP {number}", f"a=rtpmap:{number} {codec}", "a=sendrecv"]
            lines += ["a=rtcp-mux"] if line.mux else []
        return "\r\n".join(lines) + "\r\n"

    def signal(self, proxy, ng):
        """Offer and answer; gives what the relay named, for both sides."""
        self.version += 1
        common = {"call_id": self.name, "from_tag": "caller", "ICE": "remove", "replace": ["origin"]}
        offer = proxy.ask(ng, command="offer", sdp=self.sdp(0), **common)
        answer = proxy.ask(ng, command="answer", sdp=self.sdp(1), to_tag="called", **common)
        return [self.named(answer["sdp"]), self.named(offer["sdp"])]

    def named(self, sdp):
        address, targets, rtcp = None, [], []
        for line in sdp.splitlines():
            if line.startswith("c="):
                address = line.split()[-1]
            elif line.startswith("m="):
                targets.append(int(line.split()[1]))
                rtcp.append(targets[-1] + 1)
            elif line.startswith("a=rtcp:"):
                rtcp[-1] = int(line[7:].split()[0])
        if self.kind == "mux":
            # Both phones want it: a port for RTCP is named only for a phone that might not.
            rtcp = targets
        return [((address, port), (address, control)) for port, control in zip(targets, rtcp)]

    def open(self, proxy, ng):
        for side, targets in zip(self.sides, self.signal(proxy, ng)):
            for line, (line.target, line.rtcp_target) in zip(side, targets):
                pass

    def reinvite(self, proxy, ng):
        before = [[(line.target, line.rtcp_target) for line in side] for side in self.sides]
        after = self.signal(proxy, ng)
        if before != after:
            raise Refused(f"{self.name}: the ports were {before} and are {after}")

    def lines(self):
        return [line for side in self.sides for line in side]

    def close(self):
        for line in self.lines():
            line.rtp.close()
            line.rtcp.close()


class Phones:
    def __init__(self):
        self.calls = {}
        self.lock = threading.Lock()
        self.proxy = Proxy()
        self.serial = 0

    def talk(self):
        due = time.monotonic()
        for round_ in range(1 << 40):
            due += PACKET_TIME
            while (left := due - time.monotonic()) > 0:
                self.receive(left)
            with self.lock:
                for call in self.calls.values():
                    for line in call.lines():
                        line.send(round_ % RTCP_EVERY == 0)

    def receive(self, patience):
        with self.lock:
            owners = {s: line for call in self.calls.values() for line in call.lines() for s in (line.rtp, line.rtcp)}
        poll = select.poll()
        by_number = {s.fileno(): (s, line) for s, line in owners.items() if s.fileno() >= 0}
        for number in by_number:
            poll.register(number, select.POLLIN)
        until = time.monotonic() + patience
        while (left := until - time.monotonic()) > 0:
            for number, _ in poll.poll(max(1, left * 1000)):
                with self.lock:
                    socket_, line = by_number[number]
                    line.receive(time.monotonic(), socket_)

    def named(self, name):
        return [call for call in self.calls.values() if not name or call.name.startswith(name + "-")]

    def do_open(self, count, kind, ng, name="call"):
        for _ in range(int(count)):
            self.serial += 1
            call = Call(f"{name}-{self.serial}", kind)
            call.open(self.proxy, ng)
            with self.lock:
                self.calls[call.name] = call
        return f"opened {count}"

    def do_talk(self):
        threading.Thread(target=self.talk, daemon=True).start()
        return "talking"

    def do_mark(self):
        with self.lock:
            for call in self.calls.values():
                for line in call.lines():
                    line.mark()
        return "marked"

    def do_report(self):
        with self.lock:
            lines = [line for call in self.calls.values() for line in call.lines()]
            # What is under way now is not lost: wait for it before it is counted.
            sent = {line: range(line.marked + 1, line.sequence + 1) for line in lines}
        time.sleep(UNDER_WAY)
        now = time.monotonic()
        with self.lock:
            lost = sum(sequence & 0xFFFF not in line.came for line in lines for sequence in sent[line.peer])
            wrong = sum(line.wrong for line in lines)
            silent = sum(not line.came for line in lines)
            no_rtcp = sum(not line.rtcp_came for line in lines)
            silence = max((max(line.silence, now - line.last) for line in lines if line.last), default=0)
        return (f"calls {len(self.calls)} streams {len(lines)} sent {sum(map(len, sent.values()))} lost {lost} "
                f"wrong {wrong} silent {silent} no-rtcp {no_rtcp} gap-ms {silence * 1000:.0f}")

    def do_reinvite(self, ng, name=""):
        calls = self.named(name)
        for call in calls:
            call.reinvite(self.proxy, ng)
        return f"reinvited {len(calls)}"

    def do_delete(self, ng, name=""):
        calls = self.named(name)
        for call in calls:
            request = {"call_id": call.name, "from_tag": "caller", "delete_delay": 0}
            self.proxy.ask(ng, command="delete", **request)
            with self.lock:
                del self.calls[call.name]
            call.close()
        return f"deleted {len(calls)}"

    def do_fill(self, count, rate, ng, name):
        start = time.monotonic()
        sdp = ("v=0\r\no=- 1 1 IN IP4 10.255.2.1\r\ns=-\r\nc=IN IP4 10.255.2.1\r\nt=0 0\r\n"
               "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n")
        for number in range(int(count)):
            if int(rate):
                time.sleep(max(0, start + number / int(rate) - time.monotonic()))
            common = {"call_id": f"{name}-{number}", "from_tag": "caller", "sdp": sdp, "replace": ["origin"]}
            self.proxy.ask(ng, command="offer", **common)
            self.proxy.ask(ng, command="answer", to_tag="called", **common)
        return f"filled {count} at {int(count) / (time.monotonic() - start):.0f} a second"

    def do_slowest(self):
        slowest, self.proxy.slowest = self.proxy.slowest, 0.0
        return f"slowest-ms {slowest * 1000:.0f}"


def main():
    phones = Phones()
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            answer = getattr(phones, f"do_{word}")(*rest)
        except Refused as refused:
            answer = f"error: {refused}"
        print(answer, flush=True)


main()
