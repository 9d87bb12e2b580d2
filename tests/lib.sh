# shellcheck shell=bash
# What the scripts in tests/ share: a place to work, a network of their own, and a relay to test.
#
# RELAY=tandem (default) or rtpengine names the relay; TANDEM names tandem's binary.
# Sourced, never run. The sourcing script calls `isolate "$@"` first.

RELAY=${RELAY:-tandem}
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
TANDEM=${TANDEM:-$TARGET/debug/tandem}
BENCH=$TARGET/debug/tandem-bench

NG=127.0.0.1:2223
NG_TCP=127.0.0.1:2224
HTTP=127.0.0.1:2225
CLI=127.0.0.1:9900
# Below the ports that the kernel hands out by itself, which would be counted with the relay's.
PORT_MIN=20000
PORT_MAX=29999

WORK=
RELAY_PID=
PIDS=()

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

build() {
    (cd "$ROOT" && cargo build --quiet --locked -p tandem-bench)
    if [ "$RELAY" = tandem ] && [ "$TANDEM" = "$TARGET/debug/tandem" ]; then
        (cd "$ROOT" && cargo build --quiet --locked -p tandem)
    fi
}

# Builds what is missing, then starts the script again in a network namespace with nothing but loopback, so that
# nothing else on the host is disturbed or counted. Where namespaces are not allowed it runs on the host's loopback.
isolate() {
    if [ -z "${TANDEM_TEST_ISOLATED:-}" ]; then
        build
        export TANDEM_TEST_ISOLATED=1
        local how
        for how in --net "--net --map-root-user"; do
            # shellcheck disable=SC2086 # two words are meant
            if unshare $how ip link set lo up 2>/dev/null; then
                # shellcheck disable=SC2086
                exec unshare $how "$0" "$@"
            fi
        done
        echo "no network namespaces here: using the host's loopback" >&2
    fi
    ip link set lo up 2>/dev/null || true
    WORK=$(mktemp -d)
    trap finish EXIT
}

# Like `isolate`, with the ring of deploy/ring/rig.sh: Redis, phones and the networks of three nodes are up, the nodes
# are not. Where networks cannot be made there is nothing to test.
isolate_ring() {
    # shellcheck source=deploy/ring/rig.sh
    . "$ROOT/deploy/ring/rig.sh"
    if [ -z "${TANDEM_RING_ISOLATED:-}" ]; then
        build
    fi
    if ! ring_isolate "$@"; then
        echo "SKIP: a ring needs network namespaces, which are not allowed here"
        exit 0
    fi
    WORK=$(mktemp -d)
    trap finish EXIT
    ring_up
}

# contains GREP-ARGUMENT...: whether its input has such a line. It reads all of it: `grep -q` ends at the first one, and
# what writes the rest then fails of a broken pipe.
contains() {
    grep -q "$@" <<<"$(cat)"
}

# within SECONDS COMMAND...: waits until the command succeeds; fails if it does not in time.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        if [ $SECONDS -ge $deadline ]; then
            return 1
        fi
        sleep 0.1
    done
}

# sessions_are N OWN FOREIGN: whether node N counts so many calls, by tandem's words and by rtpengine-ctl's.
sessions_are() {
    [ "$(node_sessions "$1")" = "$2 $3 $(($2 + $3))" ] && [ "$(rtpengine_sessions "$1")" = "$2 $3 $(($2 + $3))" ]
}

# rtpengine_sessions N: "own foreign total", asked with the real rtpengine-ctl.
rtpengine_sessions() {
    node_in "$1" rtpengine-ctl -ip 127.0.0.1 -port 9900 list numsessions |
        awk '/sessions (own|foreign|total)/ { printf "%s%s", separator, $NF; separator = " " } END { print "" }'
}

# redis_keys: keys in all keyspaces together.
redis_keys() {
    redis INFO keyspace | awk -F '[=,]' '/^db/ { count += $2 } END { print count + 0 }'
}

# nothing_left N...: no call and no media port at these nodes, and nothing in Redis.
nothing_left() {
    local n
    for n in "$@"; do
        [ "$(node_sessions "$n")" = "0 0 0" ] || return 1
        [ "$(node_in "$n" cat /proc/net/udp /proc/net/udp6 | ports_between 30000 40000)" = 0 ] || return 1
    done
    [ "$(redis_keys)" = 0 ]
}

# Ends what was started and removes the working directory.
finish() {
    local status=$?
    trap - EXIT
    stop "${PIDS[@]}"
    relay_stop
    if [ -n "${RING:-}" ]; then
        ring_down
    fi
    if [ $status -ne 0 ] && [ -n "$WORK" ]; then
        local log
        for log in "$WORK"/*.log; do
            if [ -s "$log" ]; then
                echo "--- end of ${log##*/}" >&2
                tail -n 20 "$log" >&2
            fi
        done
    fi
    if [ -n "${KEEP:-}" ]; then
        echo "kept $WORK" >&2
    elif [ -n "$WORK" ]; then
        rm -rf "$WORK"
    fi
    exit $status
}

# stop PID...: ends processes started here and waits for them.
stop() {
    local pid
    for pid in "$@"; do
        if kill "$pid" 2>/dev/null; then
            wait "$pid" 2>/dev/null || true
        fi
    done
}

# threads_stop PID NAME: the threads of that name do not run until $TRACER ends.
threads_stop() {
    grep -l "^$2\$" "/proc/$1/task"/*/comm | cut -d / -f 5 >"$WORK/threads"
    : >"$WORK/stopped"
    python3 - "$WORK/threads" >"$WORK/stopped" <<'PYTHON' &
import ctypes, os, sys, time
SEIZE, INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long] * 4
for tid in map(int, open(sys.argv[1])):
    for request in SEIZE, INTERRUPT:
        if ptrace(request, tid, 0, 0) != 0:
            sys.exit(f"ptrace: {os.strerror(ctypes.get_errno())}")
    os.waitpid(tid, WALL)
print("stopped", flush=True)
time.sleep(120)
PYTHON
    TRACER=$!
    PIDS+=("$TRACER")
    within 5 grep -q stopped "$WORK/stopped" || fail "cannot stop a thread"
}

# relay_start [ARGUMENT...]: starts the relay and waits until it answers; arguments are for tandem only.
# shellcheck disable=SC2120 # most scripts have none
relay_start() {
    if [ "$RELAY" = rtpengine ]; then
        rtpengine --config-file=none --table=-1 --foreground --log-stderr --log-level=5 --num-threads=1 \
            --interface=pub/127.0.0.1 --interface=pub/::1 --interface=priv/127.0.0.2 \
            --listen-ng=$NG --listen-tcp-ng=$NG_TCP --listen-http=$HTTP --listen-cli=$CLI \
            --port-min=$PORT_MIN --port-max=$PORT_MAX --timeout=60 --delete-delay=30 >"$WORK/relay.log" 2>&1 &
    else
        "$TANDEM" run \
            --interface pub/127.0.0.1 --interface pub/::1 --interface priv/127.0.0.2 \
            --listen-ng $NG --listen-tcp-ng $NG_TCP --listen-http $HTTP --listen-cli $CLI \
            --listen-ctl "$WORK/ctl.sock" --port-min $PORT_MIN --port-max $PORT_MAX "$@" >"$WORK/relay.log" 2>&1 &
    fi
    RELAY_PID=$!
    "$BENCH" ping --ng $NG --seconds 20 || fail "$RELAY does not answer"
}

relay_stop() {
    if [ -n "$RELAY_PID" ]; then
        stop "$RELAY_PID"
        RELAY_PID=
    fi
}

# relay_cli WORD...: one command on the relay's line protocol.
relay_cli() {
    local connection
    exec {connection}<>"/dev/tcp/${CLI%:*}/${CLI##*:}"
    echo "$*" >&"$connection"
    cat <&"$connection"
    exec {connection}>&-
}

# ng JSON: one request, the reply as JSON.
ng() {
    "$BENCH" ng --ng $NG "$1"
}

# relay_descriptors: open descriptors of the relay.
relay_descriptors() {
    find "/proc/$RELAY_PID/fd" -mindepth 1 | wc -l
}

# relay_ports: UDP sockets bound within the relay's port range.
relay_ports() {
    cat /proc/net/udp /proc/net/udp6 | ports_between $PORT_MIN $PORT_MAX
}

# ports_between MIN MAX: sockets bound to these ports in the kernel's list of sockets on standard input.
ports_between() {
    awk -v min="$1" -v max="$2" '
        function number(hex, value, i) {
            for (i = 1; i <= length(hex); i++) value = value * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
            return value
        }
        { n = split($2, part, ":"); port = number(part[n]); if (port >= min && port <= max) count++ }
        END { print count + 0 }'
}

# relay_calls: sessions on the relay, own and foreign.
relay_calls() {
    relay_cli list numsessions | awk '/sessions total/ { print $NF }'
}
