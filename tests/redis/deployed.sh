#!/bin/bash
# Redis as it is deployed: with users and passwords, without the right to configure it, over TLS, with a server for
# writing and another for reading, behind Sentinels. Each time two nodes hold one another's calls.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/../lib.sh"
isolate_ring "$@"

SERVERS=()

# serve PORT ARGUMENT...: one more redis-server.
serve() {
    local port=$1
    shift
    redis-server --bind $REDIS --port "$port" --save '' --dir "$WORK" --protected-mode no "$@" \
        >>"$WORK/servers.log" 2>&1 &
    SERVERS+=($!)
    PIDS+=($!)
}

serve_end() {
    stop "${SERVERS[@]}"
    SERVERS=()
}

answers() {
    redis-cli -h $REDIS -p "$1" "${@:2}" PING 2>/dev/null | contains PONG
}

# Both nodes make a call, hold the other's, and nothing is left after it. The rest of the arguments is for Redis'
# client.
two_nodes_share() {
    local n
    for n in 1 2; do phones open 1 audio 10.255.1.$n:2223 node$n >>"$WORK/phones.out"; done
    within 10 both_are 1 1 || fail "$1: $(node_sessions 1), $(node_sessions 2); $(node_ctl 1 redis; node_ctl 2 redis)"
    for n in 1 2; do phones delete 10.255.1.$n:2223 node$n >>"$WORK/phones.out"; done
    within 10 both_are 0 0 || fail "$1: left: $(node_sessions 1), $(node_sessions 2)"
    within 5 is_empty "${@:2}" || fail "$1: left in Redis: $(redis-cli "${@:2}" --no-auth-warning INFO keyspace)"
    echo "$1: shared"
}

both_are() {
    [ "$(node_sessions 1)" = "$1 $2 $(($1 + $2))" ] && [ "$(node_sessions 2)" = "$1 $2 $(($1 + $2))" ]
}

is_empty() {
    ! redis-cli "$@" --no-auth-warning INFO keyspace | contains ^db
}

# redis_shows N TEXT: whether `tandem ctl redis` says so.
redis_shows() {
    node_ctl "$1" redis | contains -F "$2"
}

nodes_end() {
    stop "${NODES[1]}" "${NODES[2]}"
}

# Users. The one that tandem needs may do this and nothing else.
serve 7001 --requirepass master
until answers 7001 -a master; do sleep 0.05; done
admin=(-h $REDIS -p 7001 -a master --no-auth-warning)
redis-cli "${admin[@]}" ACL SETUSER relay on '>p@ss/w:rd' '~*' resetchannels \
    +get +set +del +sadd +expire +scan +eval +exists +select +ping +role \
    +psubscribe +punsubscribe +config\|get >/dev/null
node_start 1 --redis-url "redis://relay:p@ss/w:rd@$REDIS:7001/1"
channels=("'&__keyspace@2__:*'" "'&__keyspace@3__:*'" "'&__keyspace@1__:*'")
within 5 redis_shows 1 "run \`redis-cli ACL SETUSER relay +psubscribe ${channels[*]}\`" ||
    fail "no word about channels: $(node_ctl 1 redis)"
redis-cli "${admin[@]}" ACL SETUSER relay '&__keyspace@1__:*' '&__keyspace@2__:*' '&__keyspace@3__:*' >/dev/null
within 5 redis_shows 1 'run `redis-cli CONFIG SET notify-keyspace-events K$sgxe`' ||
    fail "no word about notifications: $(node_ctl 1 redis)"
redis-cli "${admin[@]}" CONFIG SET notify-keyspace-events 'K$sgxe' >/dev/null
within 10 redis_shows 1 'needs `+publish`' || fail "no word about PUBLISH: $(node_ctl 1 redis)"
redis-cli "${admin[@]}" ACL SETUSER relay +publish >/dev/null
within 10 redis_shows 1 'connected' || fail "not connected: $(node_ctl 1 redis)"
within 10 eval '! redis_shows 1 "last error"' || fail "still wrong: $(node_ctl 1 redis)"
TANDEM_REDIS_PASSWORD=master node_start 2 --redis-url "redis://$REDIS:7001/2"
two_nodes_share "users and passwords" "${admin[@]}"
nodes_end

# Notifications are switched on where that is allowed, and not where it is not wanted.
redis-cli "${admin[@]}" CONFIG SET notify-keyspace-events '' >/dev/null
node_start 1 --redis-url "redis://:master@$REDIS:7001/1" --redis-configure=false
within 5 redis_shows 1 'or set `redis.configure = true`' || fail "no word about notifications: $(node_ctl 1 redis)"
node_start 2 --redis-url "redis://:master@$REDIS:7001/2"
two_nodes_share "notifications switched on by one" "${admin[@]}"
nodes_end
if node_start 1 --redis-url "redis://:wrong@$REDIS:7001/1" --redis-required=true 2>/dev/null; then
    fail "a node starts with a wrong password although Redis is required"
fi
grep -q 'redis.required is true: Password authentication failed' "$WORK/node1.log" ||
    fail "not said why: $(tail -n 3 "$WORK/node1.log")"
serve_end

# TLS, with an authority of our own.
(
    cd "$WORK"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ring
    openssl req -newkey rsa:2048 -nodes -keyout redis.key -out redis.csr -subj /CN=redis
    openssl x509 -req -in redis.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out redis.pem -days 2 \
        -extfile <(echo "subjectAltName=IP:$REDIS")
) >"$WORK/openssl.log" 2>&1
serve 0 --tls-port 7002 --tls-cert-file redis.pem --tls-key-file redis.key --tls-ca-cert-file ca.pem \
    --tls-auth-clients no
tls=(-h $REDIS -p 7002 --tls --cacert "$WORK/ca.pem")
until redis-cli "${tls[@]}" PING >/dev/null 2>&1; do sleep 0.05; done
node_start 1 --redis-url "rediss://$REDIS:7002/1"
within 5 redis_shows 1 'last error: own calls are not written' || fail "an unknown authority is believed"
stop "${NODES[1]}"
for n in 1 2; do node_start $n --redis-url "rediss://$REDIS:7002/$n" --redis-tls-ca "$WORK/ca.pem"; done
two_nodes_share "TLS" "${tls[@]}"
nodes_end
serve_end

# Written at one server, read and followed at its replica.
serve 7003
serve 7004 --replicaof $REDIS 7003
until answers 7003 && answers 7004; do sleep 0.05; done
within 10 eval "redis-cli -h $REDIS -p 7004 INFO replication | contains master_link_status:up" || fail "no replica"
for n in 1 2; do
    node_start $n --redis-url "redis://$REDIS:7004/$n" --redis-write-url "redis://$REDIS:7003/$n"
done
two_nodes_share "a replica to read from" -h $REDIS -p 7003
nodes_end

# Sentinels: the master dies, its replica takes its place.
printf '%s\n' "port 7005" "bind $REDIS" "protected-mode no" "dir $WORK" "sentinel monitor ours $REDIS 7003 1" \
    "sentinel down-after-milliseconds ours 500" "sentinel failover-timeout ours 2000" >"$WORK/sentinel.conf"
redis-server "$WORK/sentinel.conf" --sentinel >>"$WORK/servers.log" 2>&1 &
PIDS+=($!)
within 15 eval "redis-cli -h $REDIS -p 7005 SENTINEL replicas ours 2>/dev/null | contains 7004" || fail "no Sentinel"
for n in 1 2; do node_start $n --redis-url "redis+sentinel://$REDIS:7009,$REDIS:7005/ours/$n"; done
two_nodes_share "Sentinel" -h $REDIS -p 7003
for n in 1 2; do phones open 1 audio 10.255.1.$n:2223 before$n >>"$WORK/phones.out"; done
within 10 both_are 1 1 || fail "before the master dies: $(node_sessions 1), $(node_sessions 2)"
kill -KILL "${SERVERS[0]}"
for n in 1 2; do phones open 1 audio 10.255.1.$n:2223 meanwhile$n >>"$WORK/phones.out"; done
within 30 both_are 2 2 || fail "after the master died: $(node_sessions 1), $(node_sessions 2); $(node_ctl 1 redis)"
for n in 1 2; do
    phones delete 10.255.1.$n:2223 before$n >>"$WORK/phones.out"
    phones delete 10.255.1.$n:2223 meanwhile$n >>"$WORK/phones.out"
done
two_nodes_share "the replica that is master now" -h $REDIS -p 7004
echo "PASS: Redis as it is deployed"
