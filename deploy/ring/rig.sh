# shellcheck shell=bash
# The ring of three nodes on one machine, for the demonstration and the tests: sourced, never run.
#
# Each node is a network namespace with a cable to a bridge. The bridge's own namespace holds Redis, the proxies and the
# phones. A node is known by its fixed address 10.255.1.N; the media address 10.255.255.10N is there besides, and moves.
#
#     ring_up             the namespaces, Redis, and the phones
#     node_start N        tandem as node N, with deploy/ring/N.toml
#     node_kill N         ends node N like a power failure, with its media address
#     address_move A B    node B gets the media address of node A
#     phones WORD...      one command to the phones (see phones.py), prints the answer
#     ring_down           ends what was started here
#
# The script that sources this sets WORK (a directory) and TANDEM (the binary), and runs in a network namespace of its
# own (`ring_isolate`).

RING=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REDIS=10.255.1.200
PHONES=10.255.2.1
PHONES6=fd0a::2:1

REDIS_PID=
PHONES_PID=
HOLDERS=()
NODES=()

# Starts the script again where it may make networks. False if that is nowhere.
ring_isolate() {
    if [ -n "${TANDEM_RING_ISOLATED:-}" ]; then
        ip link set lo up
        return
    fi
    local how
    for how in --net "--net --map-root-user"; do
        # shellcheck disable=SC2086 # two words are meant
        if unshare $how sh -c 'ip link add probe type bridge && unshare --net true' 2>/dev/null; then
            # shellcheck disable=SC2086
            TANDEM_RING_ISOLATED=1 exec unshare $how "$0" "$@"
        fi
    done
    return 1
}

ring_up() {
    ip link add ring type bridge
    ip addr add $REDIS/16 dev ring
    ip addr add $PHONES/16 dev ring
    ip addr add $PHONES6/64 dev ring nodad
    ip link set ring up
    local n
    for n in 1 2 3; do
        unshare --net sleep 600 &
        HOLDERS[n]=$!
        until has_own_network "${HOLDERS[n]}"; do sleep 0.01; done
        ip link add "cable$n" master ring type veth peer name eth0 netns "${HOLDERS[n]}"
        ip link set "cable$n" up
        node_in $n ip link set lo up
        node_in $n ip link set eth0 up
        node_in $n ip addr add 10.255.1.$n/16 dev eth0
        node_in $n ip addr add fd0a::1:$n/64 dev eth0 nodad
        media_address add $n $n
    done
    redis_start
    phones_start
}

# has_own_network PID: whether the process has left the network of this script.
has_own_network() {
    [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# media_address add|del OWNER NODE
media_address() {
    node_in "$3" ip addr "$1" "10.255.255.10$2/16" dev eth0
    node_in "$3" ip addr "$1" "fd0a::255:10$2/64" dev eth0 nodad
}

# node_in N COMMAND...: runs a command at node N.
node_in() {
    nsenter --target "${HOLDERS[$1]}" --net "${@:2}"
}

# node_run N COMMAND...: starts a relay at node N.
node_run() {
    local n=$1
    shift
    nsenter --target "${HOLDERS[n]}" --net "$@" >>"$WORK/node$n.log" 2>&1 &
    NODES[n]=$!
}

# node_start N [ARGUMENT...]: starts tandem as node N and waits until it answers.
node_start() {
    local n=$1
    shift
    node_run "$n" "$TANDEM" run --config "$RING/$n.toml" --listen-ctl "$WORK/$n.sock" "$@"
    until node_answers "$n"; do
        kill -0 "${NODES[n]}" 2>/dev/null || return 1
        sleep 0.05
    done
}

# node_answers N: whether tandem serves at node N, with Redis (0) or without (7).
node_answers() {
    local status=0
    node_ctl "$1" status >/dev/null 2>&1 || status=$?
    [ $status -eq 0 ] || [ $status -eq 7 ]
}

# node_ctl N WORD...: `tandem ctl` at node N.
node_ctl() {
    "$TANDEM" ctl --socket "$WORK/$1.sock" "${@:2}"
}

# node_sessions N: "own foreign total" at node N.
node_sessions() {
    node_ctl "$1" list numsessions |
        awk '/sessions (own|foreign|total)/ { printf "%s%s", separator, $NF; separator = " " } END { print "" }'
}

# node_kill N: the node is gone at once, with its address.
node_kill() {
    kill -KILL "${NODES[$1]}"
    wait "${NODES[$1]}" 2>/dev/null || true
    NODES[$1]=
    media_address del "$1" "$1"
}

# address_move OWNER NODE: the node answers for the owner's media address from now on. Forgetting the neighbour does
# what the announcement of keepalived does.
address_move() {
    media_address add "$1" "$2"
    ip neigh flush to "10.255.255.10$1"
    ip -6 neigh flush to "fd0a::255:10$1"
}

redis_start() {
    redis-server --bind $REDIS --port 6379 --protected-mode no --save '' --daemonize no --dir "$WORK" \
        >>"$WORK/redis.log" 2>&1 &
    REDIS_PID=$!
    until redis PING >/dev/null 2>&1; do sleep 0.02; done
}

redis() {
    redis-cli -h $REDIS "$@"
}

phones_start() {
    coproc PHONES_LINE { exec python3 "$RING/phones.py" 2>"$WORK/phones.log"; }
    PHONES_PID=$PHONES_LINE_PID
    # The ends of a coprocess are not open in every subshell; copies are.
    exec {PHONES_SAY}>&"${PHONES_LINE[1]}" {PHONES_HEAR}<&"${PHONES_LINE[0]}"
}

# phones WORD...: one command, one line of answer. False if the answer is an error.
phones() {
    local answer
    echo "$*" >&"$PHONES_SAY"
    if ! IFS= read -r -t 120 -u "$PHONES_HEAR" answer; then
        answer="error: the phones do not answer"
    fi
    echo "$answer"
    [[ $answer != error* ]]
}

# Ends what was started here; the networks go with their namespaces.
ring_down() {
    local pid
    for pid in $PHONES_PID "${NODES[@]}" $REDIS_PID "${HOLDERS[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
        if kill "$pid" 2>/dev/null; then
            wait "$pid" 2>/dev/null || true
        fi
    done
}
