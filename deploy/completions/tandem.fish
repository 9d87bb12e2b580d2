# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_tandem_global_optspecs
    string join \n h/help V/version
end

function __fish_tandem_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_tandem_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_tandem_using_subcommand
    set -l cmd (__fish_tandem_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c tandem -n "__fish_tandem_needs_command" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_needs_command" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_needs_command" -f -a "run" -d 'Run the daemon in the foreground; with no options: a single node on loopback'
complete -c tandem -n "__fish_tandem_needs_command" -f -a "check" -d 'Validate a configuration, and check that this host can run it'
complete -c tandem -n "__fish_tandem_needs_command" -f -a "config" -d 'Show configuration files'
complete -c tandem -n "__fish_tandem_needs_command" -f -a "version" -d 'Show the version'
complete -c tandem -n "__fish_tandem_needs_command" -f -a "ctl" -d 'Talk to a running daemon'
complete -c tandem -n "__fish_tandem_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand run" -s c -l config -d 'Configuration file (TOML); flags win over it' -r -F
complete -c tandem -n "__fish_tandem_using_subcommand run" -l interface -d 'Logical interfaces, `name/address[!advertised]`. The first is for own calls; the others hold the calls of other nodes and serve `direction`. Without a name it is `default`; a name may be given several times [default: default/127.0.0.1;default/::1]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l listen-ng -d 'Addresses of the ng protocol over UDP: `port` (on 127.0.0.1), `address:port` or `[v6]:port` [default: 127.0.0.1:2223]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l listen-tcp-ng -d 'Addresses of the ng protocol over TCP' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l listen-http -d 'Addresses of HTTP and WebSocket: metrics and health, and what `http-ng` and `http-cli` allow' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l http-ng -d 'The ng protocol over HTTP and WebSocket [default: true]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l http-cli -d 'Commands of the CLI over HTTP and WebSocket: off, read (those that change nothing) or change (all; by POST with `Content-Type: application/x-rtpengine-cli`, or by WebSocket) [default: read]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l http-origins -d 'Pages whose browsers may POST and open WebSockets, besides those that are served here at an address: `https://name[:port]`' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l listen-metrics -d 'Addresses of metrics and health over HTTP, and nothing else' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l ng-cli -d 'Commands of the CLI that proxies may send by the ng command `cli` over UDP and TCP: off, read or change [default: change]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l listen-cli -d 'Addresses of the line protocol of rtpengine-ctl over TCP. It has no access control [default: 127.0.0.1:9900]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l listen-ctl -d 'The unix socket of `tandem ctl`. auto: /run/tandem/ctl.sock where that can be written, else $XDG_RUNTIME_DIR/tandem/ctl.sock, else /tmp/tandem-UID/ctl.sock. Empty: none [default: auto]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l port-min -d 'Lowest port for media [default: 30000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l port-max -d 'Highest port for media [default: 40000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l node -d 'Name of this node in logs, records and `loop-protect`. Empty: the host name' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l min-wait-us -d 'Microseconds for which a busy shard lets packets gather; 0 is off. Needs Linux 6.12 [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l log-level -d 'Least important lines of the log: error, warn, info, debug or trace (or rtpengine\'s 1 to 8) [default: info]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l timeout -d 'Seconds without a packet on any receiving stream after which a call ends [default: 60]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l silent-timeout -d 'The same for streams on hold, in seconds [default: 3600]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l offer-timeout -d 'Seconds after which a call that was not answered ends [default: 3600]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l final-timeout -d 'Age in seconds at which a call ends, no matter what; 0 is never [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l delete-delay -d 'Seconds that a deleted call lives on, unless the request says otherwise [default: 30]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l tos -d 'DSCP byte (TOS) of media, unless the call says otherwise [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l endpoint-learning -d 'Learning of the source of a stream, unless the call says otherwise: off (the signalled endpoint is the endpoint), immediate (the first packet decides), delayed (the last packet of three seconds) or heuristic (the best match of three seconds; an exact one at once) [default: heuristic]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l source-guard -d 'Protection of a confirmed source: while it is alive, others are kept out; off is rtpengine\'s behaviour [default: true]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l source-guard-silence-ms -d 'Silence of a confirmed source, in milliseconds, after which a plausible continuation from another is learned [default: 500]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l max-sessions -d 'Most own calls at the same time; -1 is no limit, 0 refuses every new call [default: -1]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l max-load -d 'Load average (1 minute) above which new calls are refused; 0 is off [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l max-cpu -d 'CPU usage, in percent of the whole host, above which new calls are refused; 0 is off [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l max-bandwidth -d 'Bytes of media per second above which new calls are refused; 0 is off [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l shards-count -l shards -d 'Shards: threads that relay media. 0: one for each CPU of `cpus` [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l shards-cpus -l cpus -d 'CPUs that shards are pinned to: numbers or ranges such as `2-9`. More shards than CPUs share them in turn. Empty: all that the process may use (taskset, cgroup and systemd are obeyed)' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-url -l redis -d 'Redis in which this node keeps its calls: `redis://[[user]:password@]host:port/keyspace`, `rediss://` for TLS, `redis+sentinel://host:port,.../master/keyspace`, or rtpengine\'s `[password@]host:port/keyspace`. The password may come in TANDEM_REDIS_PASSWORD instead' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-write-url -l redis-write -d 'Redis to which calls are written, if that is not `url`' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-subscribe-url -l redis-subscribe -d 'Redis at which other nodes\' calls are followed, if that is not `url`' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-tls-ca -d 'File of the CA certificates (PEM) used to verify `rediss://` servers. Empty: the system\'s' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-subscribe-keyspace -l subscribe-keyspace -d 'Keyspaces of the other nodes, whose calls are held ready here' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-announce -d 'Announcement of changes: set (by the record itself) or sadd (by a notifier key as well) [default: sadd]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-configure -d 'Switching on of keyspace notifications in Redis at start, if they are off [default: true]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-expires -d 'Seconds after which Redis forgets a call that is not written any more [default: 86400]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-connect-timeout-ms -l redis-connect-timeout -d 'Milliseconds to wait for a connection [default: 1000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-command-timeout-ms -l redis-cmd-timeout -d 'Milliseconds to wait for an answer [default: 1000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-required -d 'Refusal to start while Redis cannot be reached [default: false]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-active-switchover -l active-switchover -d 'Causes that make a foreign call own: signalling (an offer or answer for it), media (also packets) or off (only `tandem ctl active`) [default: signalling]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -l redis-resync-interval -d 'Seconds in which all foreign calls are compared with Redis once, slowly; 0 is off [default: 300]' -r
complete -c tandem -n "__fish_tandem_using_subcommand run" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand run" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand check" -s c -l config -d 'Configuration file (TOML); flags win over it' -r -F
complete -c tandem -n "__fish_tandem_using_subcommand check" -l interface -d 'Logical interfaces, `name/address[!advertised]`. The first is for own calls; the others hold the calls of other nodes and serve `direction`. Without a name it is `default`; a name may be given several times [default: default/127.0.0.1;default/::1]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l listen-ng -d 'Addresses of the ng protocol over UDP: `port` (on 127.0.0.1), `address:port` or `[v6]:port` [default: 127.0.0.1:2223]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l listen-tcp-ng -d 'Addresses of the ng protocol over TCP' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l listen-http -d 'Addresses of HTTP and WebSocket: metrics and health, and what `http-ng` and `http-cli` allow' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l http-ng -d 'The ng protocol over HTTP and WebSocket [default: true]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l http-cli -d 'Commands of the CLI over HTTP and WebSocket: off, read (those that change nothing) or change (all; by POST with `Content-Type: application/x-rtpengine-cli`, or by WebSocket) [default: read]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l http-origins -d 'Pages whose browsers may POST and open WebSockets, besides those that are served here at an address: `https://name[:port]`' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l listen-metrics -d 'Addresses of metrics and health over HTTP, and nothing else' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l ng-cli -d 'Commands of the CLI that proxies may send by the ng command `cli` over UDP and TCP: off, read or change [default: change]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l listen-cli -d 'Addresses of the line protocol of rtpengine-ctl over TCP. It has no access control [default: 127.0.0.1:9900]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l listen-ctl -d 'The unix socket of `tandem ctl`. auto: /run/tandem/ctl.sock where that can be written, else $XDG_RUNTIME_DIR/tandem/ctl.sock, else /tmp/tandem-UID/ctl.sock. Empty: none [default: auto]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l port-min -d 'Lowest port for media [default: 30000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l port-max -d 'Highest port for media [default: 40000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l node -d 'Name of this node in logs, records and `loop-protect`. Empty: the host name' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l min-wait-us -d 'Microseconds for which a busy shard lets packets gather; 0 is off. Needs Linux 6.12 [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l log-level -d 'Least important lines of the log: error, warn, info, debug or trace (or rtpengine\'s 1 to 8) [default: info]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l timeout -d 'Seconds without a packet on any receiving stream after which a call ends [default: 60]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l silent-timeout -d 'The same for streams on hold, in seconds [default: 3600]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l offer-timeout -d 'Seconds after which a call that was not answered ends [default: 3600]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l final-timeout -d 'Age in seconds at which a call ends, no matter what; 0 is never [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l delete-delay -d 'Seconds that a deleted call lives on, unless the request says otherwise [default: 30]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l tos -d 'DSCP byte (TOS) of media, unless the call says otherwise [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l endpoint-learning -d 'Learning of the source of a stream, unless the call says otherwise: off (the signalled endpoint is the endpoint), immediate (the first packet decides), delayed (the last packet of three seconds) or heuristic (the best match of three seconds; an exact one at once) [default: heuristic]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l source-guard -d 'Protection of a confirmed source: while it is alive, others are kept out; off is rtpengine\'s behaviour [default: true]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l source-guard-silence-ms -d 'Silence of a confirmed source, in milliseconds, after which a plausible continuation from another is learned [default: 500]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l max-sessions -d 'Most own calls at the same time; -1 is no limit, 0 refuses every new call [default: -1]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l max-load -d 'Load average (1 minute) above which new calls are refused; 0 is off [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l max-cpu -d 'CPU usage, in percent of the whole host, above which new calls are refused; 0 is off [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l max-bandwidth -d 'Bytes of media per second above which new calls are refused; 0 is off [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l shards-count -l shards -d 'Shards: threads that relay media. 0: one for each CPU of `cpus` [default: 0]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l shards-cpus -l cpus -d 'CPUs that shards are pinned to: numbers or ranges such as `2-9`. More shards than CPUs share them in turn. Empty: all that the process may use (taskset, cgroup and systemd are obeyed)' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-url -l redis -d 'Redis in which this node keeps its calls: `redis://[[user]:password@]host:port/keyspace`, `rediss://` for TLS, `redis+sentinel://host:port,.../master/keyspace`, or rtpengine\'s `[password@]host:port/keyspace`. The password may come in TANDEM_REDIS_PASSWORD instead' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-write-url -l redis-write -d 'Redis to which calls are written, if that is not `url`' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-subscribe-url -l redis-subscribe -d 'Redis at which other nodes\' calls are followed, if that is not `url`' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-tls-ca -d 'File of the CA certificates (PEM) used to verify `rediss://` servers. Empty: the system\'s' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-subscribe-keyspace -l subscribe-keyspace -d 'Keyspaces of the other nodes, whose calls are held ready here' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-announce -d 'Announcement of changes: set (by the record itself) or sadd (by a notifier key as well) [default: sadd]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-configure -d 'Switching on of keyspace notifications in Redis at start, if they are off [default: true]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-expires -d 'Seconds after which Redis forgets a call that is not written any more [default: 86400]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-connect-timeout-ms -l redis-connect-timeout -d 'Milliseconds to wait for a connection [default: 1000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-command-timeout-ms -l redis-cmd-timeout -d 'Milliseconds to wait for an answer [default: 1000]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-required -d 'Refusal to start while Redis cannot be reached [default: false]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-active-switchover -l active-switchover -d 'Causes that make a foreign call own: signalling (an offer or answer for it), media (also packets) or off (only `tandem ctl active`) [default: signalling]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l redis-resync-interval -d 'Seconds in which all foreign calls are compared with Redis once, slowly; 0 is off [default: 300]' -r
complete -c tandem -n "__fish_tandem_using_subcommand check" -l json -d 'Print JSON'
complete -c tandem -n "__fish_tandem_using_subcommand check" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand check" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand config; and not __fish_seen_subcommand_from default help" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand config; and not __fish_seen_subcommand_from default help" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand config; and not __fish_seen_subcommand_from default help" -f -a "default" -d 'A file with every key, its text and its default, commented out'
complete -c tandem -n "__fish_tandem_using_subcommand config; and not __fish_seen_subcommand_from default help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand config; and __fish_seen_subcommand_from default" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand config; and __fish_seen_subcommand_from default" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "default" -d 'A file with every key, its text and its default, commented out'
complete -c tandem -n "__fish_tandem_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand version" -l json -d 'Print JSON'
complete -c tandem -n "__fish_tandem_using_subcommand version" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand version" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -s s -l socket -d 'Socket of the daemon [default: the first of the usual places that exists]' -r -F
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -l shard -d 'Ask only this shard' -r
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -l limit -d 'List at most so many calls' -r
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -l timeout -d 'Wait this many seconds for the answer' -r
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -l json -d 'Print JSON'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -s y -l yes -d 'Do not ask before something is ended for all calls of a kind'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -l force -d 'Stand by even if nobody is there to take the calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "usage" -d 'all commands of all levels'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "status" -d 'the node on one screen'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "shards" -d 'one line for each shard'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "ping" -d 'check that every shard turns: this node can serve media'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "terminate" -d 'end one call, or all (own, foreign) calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "debug" -d 'write debug lines for one call'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "active" -d 'make all calls own: take over'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "standby" -d 'make all calls foreign: hand over, to a node that is there'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "ksadd" -d 'follow a keyspace of another node'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "ksrm" -d 'stop following a keyspace and end its foreign calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "kslist" -d 'the keyspaces that are followed'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "redis" -d 'connections, followed keyspaces, pending writes'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "resync" -d 'compare one followed keyspace, or all, with Redis now'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "list"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "set"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "get"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "params"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "call"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and not __fish_seen_subcommand_from usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from usage" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from usage" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from shards" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from shards" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from ping" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from ping" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from terminate" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from terminate" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from debug" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from debug" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from active" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from active" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from standby" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from standby" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from ksadd" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from ksadd" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from ksrm" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from ksrm" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from kslist" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from kslist" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from redis" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from redis" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from resync" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from resync" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "numsessions" -d 'number of calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "sessions" -d 'calls, or one call in full'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "totals" -d 'all counters'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "counters" -d 'counters of the last second'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "jsonstats" -d 'all counters as JSON'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "interfaces" -d 'interfaces and their ports'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "transcoders" -d 'transcoders: none here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "loglevels" -d 'the log systems'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "loglevel" -d 'log levels'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "maxopenfiles" -d 'open files of the process'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "maxsessions" -d 'own calls; -1 is no limit'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "maxcpu" -d 'CPU usage above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "maxload" -d 'load average above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "maxbw" -d 'media rate above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "timeout" -d 'a call without packets ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "silenttimeout" -d 'a call on hold ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "offertimeout" -d 'a call without an answer ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "finaltimeout" -d 'any call ends; 0 is never'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "redisallowederrors" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "redisdisabletime" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "redisconnecttimeout" -d 'wait for a connection to Redis'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "rediscmdtimeout" -d 'wait for an answer of Redis'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "controltos" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "deletedelay" -d 'a deleted call lives on'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from list" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "loglevel" -d 'log levels'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "maxopenfiles" -d 'open files of the process'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "maxsessions" -d 'own calls; -1 is no limit'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "maxcpu" -d 'CPU usage above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "maxload" -d 'load average above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "maxbw" -d 'media rate above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "timeout" -d 'a call without packets ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "silenttimeout" -d 'a call on hold ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "offertimeout" -d 'a call without an answer ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "finaltimeout" -d 'any call ends; 0 is never'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "redisallowederrors" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "redisdisabletime" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "redisdisable" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "redisconnecttimeout" -d 'wait for a connection to Redis'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "rediscmdtimeout" -d 'wait for an answer of Redis'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "controltos" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "deletedelay" -d 'a deleted call lives on'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from set" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "numsessions" -d 'number of calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "sessions" -d 'calls, or one call in full'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "totals" -d 'all counters'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "counters" -d 'counters of the last second'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "jsonstats" -d 'all counters as JSON'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "interfaces" -d 'interfaces and their ports'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "transcoders" -d 'transcoders: none here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "loglevels" -d 'the log systems'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "loglevel" -d 'log levels'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "maxopenfiles" -d 'open files of the process'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "maxsessions" -d 'own calls; -1 is no limit'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "maxcpu" -d 'CPU usage above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "maxload" -d 'load average above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "maxbw" -d 'media rate above which calls are refused'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "timeout" -d 'a call without packets ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "silenttimeout" -d 'a call on hold ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "offertimeout" -d 'a call without an answer ends'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "finaltimeout" -d 'any call ends; 0 is never'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "redisallowederrors" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "redisdisabletime" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "redisconnecttimeout" -d 'wait for a connection to Redis'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "rediscmdtimeout" -d 'wait for an answer of Redis'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "controltos" -d 'rtpengine\'s; no effect here'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "deletedelay" -d 'a deleted call lives on'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from get" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -f -a "start" -d 'as they were at the start'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -f -a "current" -d 'as they are'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -f -a "diff" -d 'those that were changed'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -f -a "revert" -d 'set them back'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from params" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from call" -s h -l help -d 'Print help'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from call" -s V -l version -d 'Print version'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "usage" -d 'all commands of all levels'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "status" -d 'the node on one screen'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "shards" -d 'one line for each shard'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "ping" -d 'check that every shard turns: this node can serve media'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "terminate" -d 'end one call, or all (own, foreign) calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "debug" -d 'write debug lines for one call'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "active" -d 'make all calls own: take over'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "standby" -d 'make all calls foreign: hand over, to a node that is there'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "ksadd" -d 'follow a keyspace of another node'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "ksrm" -d 'stop following a keyspace and end its foreign calls'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "kslist" -d 'the keyspaces that are followed'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "redis" -d 'connections, followed keyspaces, pending writes'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "resync" -d 'compare one followed keyspace, or all, with Redis now'
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "list"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "set"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "get"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "params"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "call"
complete -c tandem -n "__fish_tandem_using_subcommand ctl; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand help; and not __fish_seen_subcommand_from run check config version ctl help" -f -a "run" -d 'Run the daemon in the foreground; with no options: a single node on loopback'
complete -c tandem -n "__fish_tandem_using_subcommand help; and not __fish_seen_subcommand_from run check config version ctl help" -f -a "check" -d 'Validate a configuration, and check that this host can run it'
complete -c tandem -n "__fish_tandem_using_subcommand help; and not __fish_seen_subcommand_from run check config version ctl help" -f -a "config" -d 'Show configuration files'
complete -c tandem -n "__fish_tandem_using_subcommand help; and not __fish_seen_subcommand_from run check config version ctl help" -f -a "version" -d 'Show the version'
complete -c tandem -n "__fish_tandem_using_subcommand help; and not __fish_seen_subcommand_from run check config version ctl help" -f -a "ctl" -d 'Talk to a running daemon'
complete -c tandem -n "__fish_tandem_using_subcommand help; and not __fish_seen_subcommand_from run check config version ctl help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "default" -d 'A file with every key, its text and its default, commented out'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "usage" -d 'all commands of all levels'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "status" -d 'the node on one screen'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "shards" -d 'one line for each shard'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "ping" -d 'check that every shard turns: this node can serve media'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "terminate" -d 'end one call, or all (own, foreign) calls'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "debug" -d 'write debug lines for one call'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "active" -d 'make all calls own: take over'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "standby" -d 'make all calls foreign: hand over, to a node that is there'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "ksadd" -d 'follow a keyspace of another node'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "ksrm" -d 'stop following a keyspace and end its foreign calls'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "kslist" -d 'the keyspaces that are followed'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "redis" -d 'connections, followed keyspaces, pending writes'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "resync" -d 'compare one followed keyspace, or all, with Redis now'
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "list"
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "set"
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "get"
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "params"
complete -c tandem -n "__fish_tandem_using_subcommand help; and __fish_seen_subcommand_from ctl" -f -a "call"
