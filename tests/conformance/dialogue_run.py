"""Runs a dialogue on two relays at once, and says what each of them did.

Both get the same messages and packets, but for the addresses of the parties: each relay has parties of its own, so
that nobody hears the other relay. What comes back is read by replay.py; the names of ports say where they were first
seen.
"""

import re, select, socket, struct, time

from replay import Norm, Udp, benc, decode_payload, rtcp_sr, rtp_packet, sdp_targets, sem

LOCALS = ("127.0.0.1", "127.0.0.2", "::1")
# What is no port of a relay: versions of SDPs, and the session's number.
KNOWN_NUMBERS = "4711 " + " ".join(map(str, range(100)))
NEVER_SHOWN = "a port never shown"
SOUND = b"sound" * 32
# linux/in6.h; the socket module has no name for it.
IPV6_FREEBIND = 78
# Long enough for the slowest of both to have handled what it got, where nothing shows that it has.
SETTLE_MIN_SECONDS = 0.012


class Names(Norm):
    """Ports are named after the step and section that first showed them: one difference does not rename the rest."""

    step, shown = 0, 0

    def addr(self, a):
        return self.s(super().addr(a))

    def port(self, p, ad=None):
        # On hold an SDP shows a port without its address: it stays the same port when the address is seen.
        p = int(p)
        for known in (p, p - 1):
            if (ad, p) not in self.ports and ad in self.locals and (None, known) in self.ports:
                self.ports[ad, known] = self.ports.pop((None, known))
        if ad not in self.locals and not any(q in (p, p - 1) for _, q in self.ports):
            ad = None
        return super().port(p, ad)

    def shown_as(self, address, port):
        """The name of a port that was shown, or that follows one that was."""
        for one in (address, None):
            if (one, port) in self.ports:
                return self.ports[one, port]
            if (one, port - 1) in self.ports:
                return self.ports[one, port - 1] + "+1"
        return NEVER_SHOWN

    def new_port(self):
        if self.section is not None:
            name = "P%d.%d" % (self.step, self.section)
            return name if name not in self.ports.values() else name + " and another"
        self.shown += 1
        return "P%d-%d" % (self.step, self.shown)


class Side:
    """One relay, and the parties that talk to it."""

    def __init__(self, relay, at, slot, families, call, timeout):
        self.relay, self.ng = relay, Udp(at, timeout)
        self.families = families
        self.address = {
            name: (
                ("127.%d.%d.1" % (10 + number, 2 * slot + relay))
                if families[name] == 4
                else "fd00:7a4d::%x:%x:1" % (10 + number, 2 * slot + relay)
            )
            for number, name in enumerate(sorted(families))
        }
        self.env = {"CALL": call}
        for name, address in self.address.items():
            self.env[name.upper()] = address
            self.env[name] = "tag-%s-%s" % (name, call)
        self.names = Names(LOCALS, self.env, KNOWN_NUMBERS)
        self.cookies = 0
        # By step: where its reply told the listener to send; how it was named.
        self.told = {}
        # By party and section: the ports it has named.
        self.said = {}
        self.sockets = {}

    def close(self):
        self.ng.s.close()
        for one in self.sockets.values():
            one.close()

    # ---- signalling

    def send(self, request):
        self.cookies += 1
        self.cookie = ("%s-%d" % (self.env["CALL"], self.cookies)).encode()
        self.datagram = self.cookie + b" " + benc(request)
        self.ng.s.send(self.datagram)

    def receive(self):
        """The reply; None if there is none."""
        end = time.monotonic() + self.ng.tmo
        while (left := end - time.monotonic()) > 0 and select.select([self.ng.s], [], [], left)[0]:
            try:
                reply = self.ng.s.recv(65536)
            except OSError:
                return None
            if reply.startswith(self.cookie + b" "):
                return decode_payload(reply[len(self.cookie) + 1 :])[0]
        return None

    def request(self, step):
        if step["op"] == "command":
            return self.put_in(step["req"])
        request = {
            "command": step["op"],
            "call-id": self.env["CALL"],
            "from-tag": self.env[step["from"]],
            "supports": ["load limit"],
        }
        if "to" in step:
            request["to-tag"] = self.env[step["to"]]
        request["received-from"] = ["IP%d" % self.families[step["by"]], self.address[step["by"]]]
        request["sdp"] = self.sdp(step["by"], step["sdp"])
        for section, media in enumerate(step["sdp"]["media"]):
            self.said.setdefault((step["by"], section), set()).add(media["port"])
        request.update(step["keys"])
        return request

    def put_in(self, value):
        if isinstance(value, str):
            return re.sub(r"\$\{(\w+)\}", lambda name: self.env[name.group(1)], value)
        if isinstance(value, list):
            return [self.put_in(one) for one in value]
        return {key: self.put_in(one) for key, one in value.items()} if isinstance(value, dict) else value

    def sdp(self, name, sdp):
        family, address = self.families[name], self.address[name]
        unspecified = "0.0.0.0" if family == 4 else "::"
        connection = "c=IN IP%d %s"
        lines = ["v=0", "o=user-%s 4711 %d IN IP%d %s" % (name, sdp["version"], family, address), "s=call of " + name]
        all_zero = all(media["zero"] for media in sdp["media"])
        lines += [connection % (family, unspecified if all_zero else address), "t=0 0"] + sdp["session"]
        for media in sdp["media"]:
            lines.append("m=%s %d %s %s" % (media["m"], media["port"], media["proto"], " ".join(media["formats"])))
            if media["zero"] and not all_zero:
                lines.append(connection % (family, unspecified))
            for line in media["lines"]:
                if line != "c=own":
                    lines.append(line)
                elif not media["zero"]:
                    lines.append(connection % (family, address))
        return "\r\n".join(lines) + "\r\n"

    def read(self, step, reply):
        """A reply by meaning."""
        if reply is None:
            return {"reply_received": False}
        self.names.step, self.names.section = step["id"], None
        if isinstance(reply.get("sdp"), str):
            self.told[step["id"]] = sdp_targets(reply["sdp"])
        if isinstance(reply.get("tags"), dict):
            reply["tags"] = dict(sorted(reply["tags"].items()))
        return sem({"reply": self.names.obj(reply)}, step)

    # ---- media

    def socket(self, name, port):
        key = name, port
        if key not in self.sockets:
            family = socket.AF_INET if self.families[name] == 4 else socket.AF_INET6
            one = socket.socket(family, socket.SOCK_DGRAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                # An address that a route calls local, and no interface has.
                one.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
            one.setblocking(False)
            one.bind((self.address[name], port))
            self.sockets[key] = one
        return self.sockets[key]

    def listen(self, steps):
        """Opens what the parties name in their SDPs and send from, before anything is sent."""
        for step in steps:
            for media in step["sdp"]["media"] if "sdp" in step else ():
                if media["port"]:
                    self.socket(step["by"], media["port"])
                    self.socket(step["by"], media["port"] + 1)
            for send in step.get("sends", ()):
                self.socket(send["by"], send["port"])
                self.socket(send["by"], send["port"] + 1)

    def send_media(self, step, number):
        """Sends one packet of a step, if the party was told where to, and from a port that it has named."""
        send = step["sends"][number]
        told, said = self.told.get(send["told"], ()), self.said.get((send["by"], send["section"]), ())
        if send["section"] >= len(told) or (said and send["port"] not in said):
            return
        rtcp = send["what"] == "rtcp"
        address, port = told[send["section"]]["rtcp" if rtcp else "rtp"]
        if port in (0, 9) or address in (None, "0.0.0.0", "::") or ":" in address and self.families[send["by"]] == 4:
            return
        muxed = rtcp and port == told[send["section"]]["rtp"][1]
        mark = step["id"] << 8 | number
        data = {
            "rtp": lambda: rtp_packet(send["pt"], mark, mark, mark, SOUND),
            "rtcp": lambda: rtcp_sr(mark, 1),
            "datagram": lambda: struct.pack("!II", 0, mark) + b"fax",
        }[send["what"]]()
        try:
            self.socket(send["by"], send["port"] + (1 if rtcp and not muxed else 0)).sendto(data, (address, port))
        except OSError:
            pass  # Nobody is there: the relay has closed the port, and the kernel said so.

    def named(self, heard):
        """What was heard in a step, with the names that the ports have got: {who hears what from where: how often}."""
        out = {}
        for (name, port, number, changed), (address, source) in heard:
            key = "%s:%d hears %d from %s:%s %s" % (
                name,
                port,
                number,
                self.names.addr(address),
                self.names.shown_as(address, source),
                changed,
            )
            out[key.rstrip()] = out.get(key.rstrip(), 0) + 1
        return out

    def drain(self, heard):
        """Adds what came in to heard: {step: [(who hears what, from where)]}. Returns whether anything did."""
        any_came = False
        for (name, port), one in self.sockets.items():
            while True:
                try:
                    data, source = one.recvfrom(65536)
                except BlockingIOError:
                    break
                except OSError:
                    continue
                any_came = True
                is_rtp = data[:1] == b"\x80" and data[1:2] != b"\xc8"
                mark = int.from_bytes(data[8:12] if is_rtp else data[4:8], "big")
                who = name, port, mark & 255, "changed" if is_rtp and data[12:] != SOUND else ""
                heard.setdefault(mark >> 8, []).append((who, source[:2]))
        return any_came


def run(dialogue, relays, slot, call, patience):
    """Runs a dialogue on both relays. Returns for each relay what it did, step by step: [{step id: meaning}, ...].

    patience: how many seconds to wait for packets that only one of both has passed on.
    """
    sides = [Side(number, at, slot, dialogue["families"], call, 3.0) for number, at in enumerate(relays)]
    seen, heard = [{}, {}], [{}, {}]
    try:
        for side in sides:
            side.listen(dialogue["steps"])
        for step in dialogue["steps"]:
            if step["op"] == "media":
                exchange_media(sides, step, heard, patience)
                continue
            for side in sides:
                side.send(side.request(step))
            for side, meanings in zip(sides, seen):
                meanings[step["id"]] = side.read(step, side.receive())
        exchange_media(sides, {"sends": [], "id": 0}, heard, patience)
        for side in sides:
            side.send({"command": "delete", "call-id": call, "delete-delay": 0})
        for side in sides:
            side.receive()
    finally:
        for side in sides:
            side.close()
    for side, meanings, of_side in zip(sides, seen, heard):
        for step in dialogue["steps"] + [{"id": 0, "op": "media"}]:
            if step["op"] == "media":
                meanings[step["id"]] = {"heard": side.named(of_side.get(step["id"], ()))}
    return seen


def exchange_media(sides, step, heard, patience):
    """Sends the packets of a step one after the other to both relays, and waits until both have handled them."""
    for number in range(len(step["sends"])):
        for side in sides:
            side.send_media(step, number)
    begin = quiet_since = time.monotonic()
    while True:
        ready = [one for side in sides for one in side.sockets.values()]
        select.select(ready, [], [], 0.004)
        for side, of_side in zip(sides, heard):
            if side.drain(of_side):
                quiet_since = time.monotonic()
        now = time.monotonic()
        same = len({tuple(sorted(who for who, _ in of_side.get(step["id"], ()))) for of_side in heard}) == 1
        if now - quiet_since >= SETTLE_MIN_SECONDS and (same or now - begin >= patience):
            return
