#!/bin/bash
# Who may do what through which listener, on a running tandem: pages of other sites and GET change nothing, what changes
# something is logged with who asked, a listener that is full lets the next one in, and a strange configuration file is
# refused at once.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
isolate "$@"
if [ "$RELAY" != tandem ]; then
    echo "SKIP: these are promises of tandem's"
    exit 0
fi

METRICS=127.0.0.1:2226

check() {
    python3 "$ROOT/tests/listeners.py" "$WORK/ctl.sock" "$@" || fail "$1"
}

logged() {
    within 10 grep -Eq "$1" "$WORK/relay.log" || fail "no line of the log has: $1"
}

# has_within SECONDS TEXT COMMAND...: whether the command ends in time and says the text, whatever its status.
has_within() {
    local status=0 seconds=$1 text=$2
    shift 2
    timeout "$seconds" "$@" >"$WORK/said" 2>&1 || status=$?
    [ $status -ne 124 ] && grep -Fq -- "$text" "$WORK/said" && [ "$(wc -c <"$WORK/said")" -lt 65536 ]
}

refused() {
    local name=$1 text=$2
    has_within 10 "$text" "$TANDEM" check --config "$WORK/$name.toml" || fail "$name: $(head -c 1000 "$WORK/said")"
    has_within 10 "$text" "$TANDEM" run --config "$WORK/$name.toml" || fail "run, $name: $(head -c 1000 "$WORK/said")"
}

python3 - "$WORK" <<'PYTHON'
import random, sys
def write(name, text):
    with open(f"{sys.argv[1]}/{name}.toml", "w") as file:
        file.write(text)
def interfaces(count):
    return "interface = [\n" + "".join(f'"i{n}/10.{n >> 16}.{n >> 8 & 255}.{n & 255}",\n' for n in range(count)) + "]\n"
write("text", "".join(random.Random(1).choices([chr(c) for c in range(32, 127)] + ["\n"], k=7 << 20)))
write("interfaces", interfaces(200_000))
write("fewer-interfaces", interfaces(40_000))
write("key", "k" * (3 << 20) + " = 1\n")
write("shorter-key", "k" * (1 << 19) + " = 1\n")
write("nested", "interface = " + "[" * (1 << 19))
write("unknown", "".join(f"k{n} = 1\n" for n in range(80_000)))
PYTHON
for name in text interfaces key; do
    refused "$name" "has more than 1 MiB: this is no configuration of tandem"
done
refused fewer-interfaces "interface = 40000 items: must be at most 256"
refused shorter-key "unknown key"
refused nested "recurse"
refused unknown "has more than 50 errors"
mkfifo "$WORK/fifo.toml"
refused fifo "it is no file"
"$TANDEM" check --config <(echo "prot-min = 1") >"$WORK/said" 2>&1 || true
grep -q "did you mean .port-min." "$WORK/said" || fail "a pipe that somebody writes to: $(cat "$WORK/said")"
echo "strange files: refused"

has_within 10 "note  listener: listen-http at 0.0.0.0:8080, which is every address of this host" \
    "$TANDEM" check --listen-http 0.0.0.0:8080 --listen-cli 127.0.0.1:9900 || fail "check: $(cat "$WORK/said")"
grep -q "note  listener: listen-cli at 127.0.0.1:9900 has no access control" "$WORK/said" || fail "check: listen-cli"

relay_start --listen-metrics $METRICS
logged "WARN|INFO.* listen-cli at $CLI has no access control"
check others-change-nothing
logged 'refused: not allowed command="terminate all" listener=listen-http@127.0.0.1:2225 peer=127.0.0.1:'
logged 'refused: Origin: it is sent for a page of another site command="/ng" listener=listen-http@'
logged 'refused: HTTP or TLS command=.* listener=listen-cli@127.0.0.1:9900 peer=127.0.0.1:'
logged 'refused: HTTP or TLS command=.* listener=listen-tcp-ng@127.0.0.1:2224 peer=127.0.0.1:'
logged 'terminate all: 1 calls ended. listener=listen-ng@127.0.0.1:2223 peer=127.0.0.1:'
logged 'terminate all: 1 calls ended. listener=listen-cli@127.0.0.1:9900 peer=127.0.0.1:'
logged "terminate all: 1 calls ended. listener=listen-ctl@$WORK/ctl.sock uid=$(id -u) pid="
check many-ask-at-once
check full-listeners-let-in
relay_stop

# Calls as many as there are descriptors for: whoever asks whether the node lives is answered all the same.
(
    trap relay_stop EXIT
    ulimit -n 160
    relay_start --listen-metrics $METRICS
    check full-of-calls
)

relay_start --http-cli change --ng-cli read
check meant-to-change
logged 'terminate all: 1 calls ended. listener=listen-http@127.0.0.1:2225 peer=127.0.0.1:'
relay_stop

relay_start --http-ng=false --http-cli off
check metrics-alone
