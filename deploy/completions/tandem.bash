_tandem() {
    local i cur prev opts cmd
    COMPREPLY=()
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        cur="$2"
    else
        cur="${COMP_WORDS[COMP_CWORD]}"
    fi
    prev="$3"
    cmd=""
    opts=""

    for i in "${COMP_WORDS[@]:0:COMP_CWORD}"
    do
        case "${cmd},${i}" in
            ",$1")
                cmd="tandem"
                ;;
            tandem,check)
                cmd="tandem__subcmd__check"
                ;;
            tandem,config)
                cmd="tandem__subcmd__config"
                ;;
            tandem,ctl)
                cmd="tandem__subcmd__ctl"
                ;;
            tandem,help)
                cmd="tandem__subcmd__help"
                ;;
            tandem,run)
                cmd="tandem__subcmd__run"
                ;;
            tandem,version)
                cmd="tandem__subcmd__version"
                ;;
            tandem__subcmd__config,default)
                cmd="tandem__subcmd__config__subcmd__default"
                ;;
            tandem__subcmd__config,help)
                cmd="tandem__subcmd__config__subcmd__help"
                ;;
            tandem__subcmd__config__subcmd__help,default)
                cmd="tandem__subcmd__config__subcmd__help__subcmd__default"
                ;;
            tandem__subcmd__config__subcmd__help,help)
                cmd="tandem__subcmd__config__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__ctl,active)
                cmd="tandem__subcmd__ctl__subcmd__active"
                ;;
            tandem__subcmd__ctl,call)
                cmd="tandem__subcmd__ctl__subcmd__call"
                ;;
            tandem__subcmd__ctl,debug)
                cmd="tandem__subcmd__ctl__subcmd__debug"
                ;;
            tandem__subcmd__ctl,get)
                cmd="tandem__subcmd__ctl__subcmd__get"
                ;;
            tandem__subcmd__ctl,help)
                cmd="tandem__subcmd__ctl__subcmd__help"
                ;;
            tandem__subcmd__ctl,ksadd)
                cmd="tandem__subcmd__ctl__subcmd__ksadd"
                ;;
            tandem__subcmd__ctl,kslist)
                cmd="tandem__subcmd__ctl__subcmd__kslist"
                ;;
            tandem__subcmd__ctl,ksrm)
                cmd="tandem__subcmd__ctl__subcmd__ksrm"
                ;;
            tandem__subcmd__ctl,list)
                cmd="tandem__subcmd__ctl__subcmd__list"
                ;;
            tandem__subcmd__ctl,params)
                cmd="tandem__subcmd__ctl__subcmd__params"
                ;;
            tandem__subcmd__ctl,ping)
                cmd="tandem__subcmd__ctl__subcmd__ping"
                ;;
            tandem__subcmd__ctl,redis)
                cmd="tandem__subcmd__ctl__subcmd__redis"
                ;;
            tandem__subcmd__ctl,resync)
                cmd="tandem__subcmd__ctl__subcmd__resync"
                ;;
            tandem__subcmd__ctl,set)
                cmd="tandem__subcmd__ctl__subcmd__set"
                ;;
            tandem__subcmd__ctl,shards)
                cmd="tandem__subcmd__ctl__subcmd__shards"
                ;;
            tandem__subcmd__ctl,standby)
                cmd="tandem__subcmd__ctl__subcmd__standby"
                ;;
            tandem__subcmd__ctl,status)
                cmd="tandem__subcmd__ctl__subcmd__status"
                ;;
            tandem__subcmd__ctl,terminate)
                cmd="tandem__subcmd__ctl__subcmd__terminate"
                ;;
            tandem__subcmd__ctl,usage)
                cmd="tandem__subcmd__ctl__subcmd__usage"
                ;;
            tandem__subcmd__ctl__subcmd__get,controltos)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__get,counters)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__counters"
                ;;
            tandem__subcmd__ctl__subcmd__get,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__get,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get,help)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__get,interfaces)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__interfaces"
                ;;
            tandem__subcmd__ctl__subcmd__get,jsonstats)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__jsonstats"
                ;;
            tandem__subcmd__ctl__subcmd__get,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__get,loglevels)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__loglevels"
                ;;
            tandem__subcmd__ctl__subcmd__get,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__get,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__get,maxload)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__get,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__get,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__get,numsessions)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__numsessions"
                ;;
            tandem__subcmd__ctl__subcmd__get,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__get,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__get,sessions)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__sessions"
                ;;
            tandem__subcmd__ctl__subcmd__get,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get,timeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__get,totals)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__totals"
                ;;
            tandem__subcmd__ctl__subcmd__get,transcoders)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__transcoders"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,controltos)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,counters)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__counters"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,help)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,interfaces)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__interfaces"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,jsonstats)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__jsonstats"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,loglevels)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__loglevels"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,maxload)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,numsessions)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__numsessions"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,sessions)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__sessions"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,timeout)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,totals)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__totals"
                ;;
            tandem__subcmd__ctl__subcmd__get__subcmd__help,transcoders)
                cmd="tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__transcoders"
                ;;
            tandem__subcmd__ctl__subcmd__help,active)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__active"
                ;;
            tandem__subcmd__ctl__subcmd__help,call)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__call"
                ;;
            tandem__subcmd__ctl__subcmd__help,debug)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__debug"
                ;;
            tandem__subcmd__ctl__subcmd__help,get)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get"
                ;;
            tandem__subcmd__ctl__subcmd__help,help)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__help,ksadd)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__ksadd"
                ;;
            tandem__subcmd__ctl__subcmd__help,kslist)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__kslist"
                ;;
            tandem__subcmd__ctl__subcmd__help,ksrm)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__ksrm"
                ;;
            tandem__subcmd__ctl__subcmd__help,list)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list"
                ;;
            tandem__subcmd__ctl__subcmd__help,params)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__params"
                ;;
            tandem__subcmd__ctl__subcmd__help,ping)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__ping"
                ;;
            tandem__subcmd__ctl__subcmd__help,redis)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__redis"
                ;;
            tandem__subcmd__ctl__subcmd__help,resync)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__resync"
                ;;
            tandem__subcmd__ctl__subcmd__help,set)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set"
                ;;
            tandem__subcmd__ctl__subcmd__help,shards)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__shards"
                ;;
            tandem__subcmd__ctl__subcmd__help,standby)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__standby"
                ;;
            tandem__subcmd__ctl__subcmd__help,status)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__status"
                ;;
            tandem__subcmd__ctl__subcmd__help,terminate)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__terminate"
                ;;
            tandem__subcmd__ctl__subcmd__help,usage)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__usage"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,controltos)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,counters)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__counters"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,interfaces)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__interfaces"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,jsonstats)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__jsonstats"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,loglevels)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__loglevels"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,maxload)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,numsessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__numsessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,sessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__sessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,timeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,totals)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__totals"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__get,transcoders)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__transcoders"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,controltos)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,counters)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__counters"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,interfaces)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__interfaces"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,jsonstats)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__jsonstats"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,loglevels)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__loglevels"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,maxload)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,numsessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__numsessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,sessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__sessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,timeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,totals)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__totals"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__list,transcoders)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__transcoders"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__params,current)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__current"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__params,diff)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__diff"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__params,revert)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__revert"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__params,start)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__start"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,controltos)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,maxload)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,redisdisable)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisdisable"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__help__subcmd__set,timeout)
                cmd="tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,controltos)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__list,counters)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__counters"
                ;;
            tandem__subcmd__ctl__subcmd__list,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__list,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,help)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__list,interfaces)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__interfaces"
                ;;
            tandem__subcmd__ctl__subcmd__list,jsonstats)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__jsonstats"
                ;;
            tandem__subcmd__ctl__subcmd__list,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__list,loglevels)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__loglevels"
                ;;
            tandem__subcmd__ctl__subcmd__list,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__list,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__list,maxload)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__list,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__list,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__list,numsessions)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__numsessions"
                ;;
            tandem__subcmd__ctl__subcmd__list,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__list,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__list,sessions)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__sessions"
                ;;
            tandem__subcmd__ctl__subcmd__list,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,timeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__list,totals)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__totals"
                ;;
            tandem__subcmd__ctl__subcmd__list,transcoders)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__transcoders"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,controltos)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,counters)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__counters"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,help)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,interfaces)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__interfaces"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,jsonstats)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__jsonstats"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,loglevels)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__loglevels"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,maxload)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,numsessions)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__numsessions"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,sessions)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__sessions"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,timeout)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,totals)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__totals"
                ;;
            tandem__subcmd__ctl__subcmd__list__subcmd__help,transcoders)
                cmd="tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__transcoders"
                ;;
            tandem__subcmd__ctl__subcmd__params,current)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__current"
                ;;
            tandem__subcmd__ctl__subcmd__params,diff)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__diff"
                ;;
            tandem__subcmd__ctl__subcmd__params,help)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__params,revert)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__revert"
                ;;
            tandem__subcmd__ctl__subcmd__params,start)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__start"
                ;;
            tandem__subcmd__ctl__subcmd__params__subcmd__help,current)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__current"
                ;;
            tandem__subcmd__ctl__subcmd__params__subcmd__help,diff)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__diff"
                ;;
            tandem__subcmd__ctl__subcmd__params__subcmd__help,help)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__params__subcmd__help,revert)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__revert"
                ;;
            tandem__subcmd__ctl__subcmd__params__subcmd__help,start)
                cmd="tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__start"
                ;;
            tandem__subcmd__ctl__subcmd__set,controltos)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__set,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__set,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set,help)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__set,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__set,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__set,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__set,maxload)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__set,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__set,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__set,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__set,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set,redisdisable)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__redisdisable"
                ;;
            tandem__subcmd__ctl__subcmd__set,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__set,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set,timeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__timeout"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,controltos)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__controltos"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,deletedelay)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__deletedelay"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,finaltimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__finaltimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,help)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,loglevel)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__loglevel"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,maxbw)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxbw"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,maxcpu)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxcpu"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,maxload)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxload"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,maxopenfiles)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,maxsessions)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxsessions"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,offertimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__offertimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,redisallowederrors)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,rediscmdtimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,redisconnecttimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,redisdisable)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisdisable"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,redisdisabletime)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,silenttimeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__silenttimeout"
                ;;
            tandem__subcmd__ctl__subcmd__set__subcmd__help,timeout)
                cmd="tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__timeout"
                ;;
            tandem__subcmd__help,check)
                cmd="tandem__subcmd__help__subcmd__check"
                ;;
            tandem__subcmd__help,config)
                cmd="tandem__subcmd__help__subcmd__config"
                ;;
            tandem__subcmd__help,ctl)
                cmd="tandem__subcmd__help__subcmd__ctl"
                ;;
            tandem__subcmd__help,help)
                cmd="tandem__subcmd__help__subcmd__help"
                ;;
            tandem__subcmd__help,run)
                cmd="tandem__subcmd__help__subcmd__run"
                ;;
            tandem__subcmd__help,version)
                cmd="tandem__subcmd__help__subcmd__version"
                ;;
            tandem__subcmd__help__subcmd__config,default)
                cmd="tandem__subcmd__help__subcmd__config__subcmd__default"
                ;;
            tandem__subcmd__help__subcmd__ctl,active)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__active"
                ;;
            tandem__subcmd__help__subcmd__ctl,call)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__call"
                ;;
            tandem__subcmd__help__subcmd__ctl,debug)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__debug"
                ;;
            tandem__subcmd__help__subcmd__ctl,get)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get"
                ;;
            tandem__subcmd__help__subcmd__ctl,ksadd)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__ksadd"
                ;;
            tandem__subcmd__help__subcmd__ctl,kslist)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__kslist"
                ;;
            tandem__subcmd__help__subcmd__ctl,ksrm)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__ksrm"
                ;;
            tandem__subcmd__help__subcmd__ctl,list)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list"
                ;;
            tandem__subcmd__help__subcmd__ctl,params)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__params"
                ;;
            tandem__subcmd__help__subcmd__ctl,ping)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__ping"
                ;;
            tandem__subcmd__help__subcmd__ctl,redis)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__redis"
                ;;
            tandem__subcmd__help__subcmd__ctl,resync)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__resync"
                ;;
            tandem__subcmd__help__subcmd__ctl,set)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set"
                ;;
            tandem__subcmd__help__subcmd__ctl,shards)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__shards"
                ;;
            tandem__subcmd__help__subcmd__ctl,standby)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__standby"
                ;;
            tandem__subcmd__help__subcmd__ctl,status)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__status"
                ;;
            tandem__subcmd__help__subcmd__ctl,terminate)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__terminate"
                ;;
            tandem__subcmd__help__subcmd__ctl,usage)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__usage"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,controltos)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__controltos"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,counters)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__counters"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,deletedelay)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__deletedelay"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,finaltimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__finaltimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,interfaces)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__interfaces"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,jsonstats)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__jsonstats"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,loglevel)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__loglevel"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,loglevels)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__loglevels"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,maxbw)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxbw"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,maxcpu)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxcpu"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,maxload)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxload"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,maxopenfiles)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,maxsessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxsessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,numsessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__numsessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,offertimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__offertimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,redisallowederrors)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,rediscmdtimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,redisconnecttimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,redisdisabletime)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,sessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__sessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,silenttimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__silenttimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,timeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__timeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,totals)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__totals"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__get,transcoders)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__transcoders"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,controltos)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__controltos"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,counters)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__counters"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,deletedelay)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__deletedelay"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,finaltimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__finaltimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,interfaces)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__interfaces"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,jsonstats)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__jsonstats"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,loglevel)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__loglevel"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,loglevels)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__loglevels"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,maxbw)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxbw"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,maxcpu)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxcpu"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,maxload)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxload"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,maxopenfiles)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,maxsessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxsessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,numsessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__numsessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,offertimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__offertimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,redisallowederrors)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,rediscmdtimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,redisconnecttimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,redisdisabletime)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,sessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__sessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,silenttimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__silenttimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,timeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__timeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,totals)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__totals"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__list,transcoders)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__transcoders"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__params,current)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__current"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__params,diff)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__diff"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__params,revert)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__revert"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__params,start)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__start"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,controltos)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__controltos"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,deletedelay)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__deletedelay"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,finaltimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__finaltimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,loglevel)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__loglevel"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,maxbw)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxbw"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,maxcpu)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxcpu"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,maxload)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxload"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,maxopenfiles)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxopenfiles"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,maxsessions)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxsessions"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,offertimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__offertimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,redisallowederrors)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisallowederrors"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,rediscmdtimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__rediscmdtimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,redisconnecttimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisconnecttimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,redisdisable)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisdisable"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,redisdisabletime)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisdisabletime"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,silenttimeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__silenttimeout"
                ;;
            tandem__subcmd__help__subcmd__ctl__subcmd__set,timeout)
                cmd="tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__timeout"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        tandem)
            opts="-h -V --help --version run check config version ctl help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__check)
            opts="-c -h -V --config --interface --listen-ng --listen-tcp-ng --listen-http --http-ng --http-cli --http-origins --listen-metrics --ng-cli --listen-cli --listen-ctl --port-min --port-max --node --min-wait-us --log-level --timeout --silent-timeout --offer-timeout --final-timeout --delete-delay --tos --endpoint-learning --source-guard --source-guard-silence-ms --max-sessions --max-load --max-cpu --max-bandwidth --shards --shards-count --cpus --shards-cpus --redis --redis-url --redis-write --redis-write-url --redis-subscribe --redis-subscribe-url --redis-tls-ca --subscribe-keyspace --redis-subscribe-keyspace --redis-announce --redis-configure --redis-expires --redis-connect-timeout --redis-connect-timeout-ms --redis-cmd-timeout --redis-command-timeout-ms --redis-required --active-switchover --redis-active-switchover --redis-resync-interval --json --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --interface)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-ng)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-tcp-ng)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-http)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --http-ng)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --http-cli)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --http-origins)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-metrics)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --ng-cli)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-cli)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-ctl)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --port-min)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --port-max)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --node)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --min-wait-us)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --log-level)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --silent-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --offer-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --final-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --delete-delay)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --tos)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --endpoint-learning)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --source-guard)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --source-guard-silence-ms)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-sessions)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-load)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-cpu)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-bandwidth)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shards-count)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shards)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shards-cpus)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --cpus)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-url)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-write-url)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-write)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-subscribe-url)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-subscribe)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-tls-ca)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-subscribe-keyspace)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --subscribe-keyspace)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-announce)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-configure)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-expires)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-connect-timeout-ms)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-connect-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-command-timeout-ms)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-cmd-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-required)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-active-switchover)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --active-switchover)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-resync-interval)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__config)
            opts="-h -V --help --version default help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__config__subcmd__default)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__config__subcmd__help)
            opts="default help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__config__subcmd__help__subcmd__default)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__config__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl)
            opts="-s -y -h -V --socket --json --shard --limit --yes --force --timeout --help --version usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --socket)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -s)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shard)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --limit)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__active)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__call)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__debug)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get)
            opts="-h -V --help --version numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__controltos)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__counters)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__deletedelay)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__finaltimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help)
            opts="numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__counters)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__interfaces)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__jsonstats)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__loglevels)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__numsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__totals)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__help__subcmd__transcoders)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__interfaces)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__jsonstats)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__loglevel)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__loglevels)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__maxbw)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__maxcpu)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__maxload)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__maxopenfiles)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__maxsessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__numsessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__offertimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__redisallowederrors)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__rediscmdtimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__redisconnecttimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__redisdisabletime)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__sessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__silenttimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__timeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__totals)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__get__subcmd__transcoders)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help)
            opts="usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__active)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__call)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__debug)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get)
            opts="numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__counters)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__interfaces)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__jsonstats)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__loglevels)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__numsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__totals)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__get__subcmd__transcoders)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__ksadd)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__kslist)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__ksrm)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list)
            opts="numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__counters)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__interfaces)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__jsonstats)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__loglevels)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__numsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__totals)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__list__subcmd__transcoders)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__params)
            opts="start current diff revert"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__current)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__diff)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__revert)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__params__subcmd__start)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__ping)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__redis)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__resync)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set)
            opts="loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisdisable redisconnecttimeout rediscmdtimeout controltos deletedelay"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisdisable)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__set__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__shards)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__standby)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__status)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__terminate)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__help__subcmd__usage)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__ksadd)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__kslist)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__ksrm)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list)
            opts="-h -V --help --version numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__controltos)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__counters)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__deletedelay)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__finaltimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help)
            opts="numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__counters)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__interfaces)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__jsonstats)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__loglevels)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__numsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__totals)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__help__subcmd__transcoders)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__interfaces)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__jsonstats)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__loglevel)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__loglevels)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__maxbw)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__maxcpu)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__maxload)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__maxopenfiles)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__maxsessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__numsessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__offertimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__redisallowederrors)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__rediscmdtimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__redisconnecttimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__redisdisabletime)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__sessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__silenttimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__timeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__totals)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__list__subcmd__transcoders)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params)
            opts="-h -V --help --version start current diff revert help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__current)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__diff)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__help)
            opts="start current diff revert help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__current)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__diff)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__revert)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__help__subcmd__start)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__revert)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__params__subcmd__start)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__ping)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__redis)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__resync)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set)
            opts="-h -V --help --version loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisdisable redisconnecttimeout rediscmdtimeout controltos deletedelay help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__controltos)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__deletedelay)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__finaltimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help)
            opts="loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisdisable redisconnecttimeout rediscmdtimeout controltos deletedelay help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisdisable)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__help__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__loglevel)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__maxbw)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__maxcpu)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__maxload)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__maxopenfiles)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__maxsessions)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__offertimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__redisallowederrors)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__rediscmdtimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__redisconnecttimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__redisdisable)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__redisdisabletime)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__silenttimeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__set__subcmd__timeout)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__shards)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__standby)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__status)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__terminate)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__ctl__subcmd__usage)
            opts="-h -V --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help)
            opts="run check config version ctl help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__check)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__config)
            opts="default"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__config__subcmd__default)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl)
            opts="usage status shards ping terminate debug active standby ksadd ksrm kslist redis resync list set get params call"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__active)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__call)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__debug)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get)
            opts="numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__counters)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__interfaces)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__jsonstats)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__loglevels)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__numsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__totals)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__get__subcmd__transcoders)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__ksadd)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__kslist)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__ksrm)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list)
            opts="numsessions sessions totals counters jsonstats interfaces transcoders loglevels loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisconnecttimeout rediscmdtimeout controltos deletedelay"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__counters)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__interfaces)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__jsonstats)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__loglevels)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__numsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__sessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__totals)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__list__subcmd__transcoders)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__params)
            opts="start current diff revert"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__current)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__diff)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__revert)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__params__subcmd__start)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__ping)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__redis)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__resync)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set)
            opts="loglevel maxopenfiles maxsessions maxcpu maxload maxbw timeout silenttimeout offertimeout finaltimeout redisallowederrors redisdisabletime redisdisable redisconnecttimeout rediscmdtimeout controltos deletedelay"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__controltos)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__deletedelay)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__finaltimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__loglevel)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxbw)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxcpu)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxload)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxopenfiles)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__maxsessions)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__offertimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisallowederrors)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__rediscmdtimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisconnecttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisdisable)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__redisdisabletime)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__silenttimeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__set__subcmd__timeout)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 5 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__shards)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__standby)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__status)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__terminate)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__ctl__subcmd__usage)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__run)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__help__subcmd__version)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__run)
            opts="-c -h -V --config --interface --listen-ng --listen-tcp-ng --listen-http --http-ng --http-cli --http-origins --listen-metrics --ng-cli --listen-cli --listen-ctl --port-min --port-max --node --min-wait-us --log-level --timeout --silent-timeout --offer-timeout --final-timeout --delete-delay --tos --endpoint-learning --source-guard --source-guard-silence-ms --max-sessions --max-load --max-cpu --max-bandwidth --shards --shards-count --cpus --shards-cpus --redis --redis-url --redis-write --redis-write-url --redis-subscribe --redis-subscribe-url --redis-tls-ca --subscribe-keyspace --redis-subscribe-keyspace --redis-announce --redis-configure --redis-expires --redis-connect-timeout --redis-connect-timeout-ms --redis-cmd-timeout --redis-command-timeout-ms --redis-required --active-switchover --redis-active-switchover --redis-resync-interval --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --interface)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-ng)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-tcp-ng)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-http)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --http-ng)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --http-cli)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --http-origins)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-metrics)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --ng-cli)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-cli)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --listen-ctl)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --port-min)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --port-max)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --node)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --min-wait-us)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --log-level)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --silent-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --offer-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --final-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --delete-delay)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --tos)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --endpoint-learning)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --source-guard)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --source-guard-silence-ms)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-sessions)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-load)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-cpu)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --max-bandwidth)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shards-count)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shards)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --shards-cpus)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --cpus)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-url)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-write-url)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-write)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-subscribe-url)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-subscribe)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-tls-ca)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-subscribe-keyspace)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --subscribe-keyspace)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-announce)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-configure)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-expires)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-connect-timeout-ms)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-connect-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-command-timeout-ms)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-cmd-timeout)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-required)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-active-switchover)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --active-switchover)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --redis-resync-interval)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        tandem__subcmd__version)
            opts="-h -V --json --help --version"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
    esac
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _tandem -o nosort -o bashdefault -o default tandem
else
    complete -F _tandem -o bashdefault -o default tandem
fi
