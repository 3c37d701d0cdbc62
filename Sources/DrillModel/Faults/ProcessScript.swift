/// The shell scripts that find processes and signal them, from /proc alone.
///
/// A process is known by its id and its start time (field 22 of /proc/PID/stat, proc(5)), written
/// `PID:START`, so that an id that was given to another process is never mistaken.
enum ProcessScript {
    /// Every script of ours is run under one of these names (`$0`): processes that carry one in their
    /// command line are drill's own and never found.
    static let ownNames = [
        "drill-find", "drill-process", "drill-service", "drill-lease", "drill-look",
        "drill-partition", "drill-resolve",
    ]

    private static let ownPatterns = ownNames.map { "*\($0)*" }.joined(separator: " | ")

    /// `look_at PID` sets comm, is (the state), parent and start; fails when gone or a zombie.
    static let lookAt = #"""
        look_at() {
            comm= is= parent= start= line= stat=
            { while read -r line || [ -n "$line" ]; do stat="$stat$line "; done; } 2>/dev/null <"/proc/$1/stat" ||
                return 1
            comm=${stat#*(}; comm=${comm%) *}
            set -f; set -- ${stat##*) }; set +f
            [ $# -ge 20 ] || return 1
            is=$1 parent=$2
            case $is in [ZX]) return 1;; esac
            shift 19; start=$1
        }

        """#

    /// `find`, `running` (those not stopped) print `PID:START …`; `there` only looks whether any is.
    ///
    /// Exits 1 when there is none, 2 when it would have to touch what drill never touches.
    static let find =
        lookAt + #"""
            mode=$1 by=$2 value=$3
            refuse() { echo "drill never touches $*" >&2; exit 2; }
            listening() {
                port=$(printf '%04X' "$value")
                cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r _ local _ state _ _ _ _ _ inode _; do
                    case $state:$local in 0A:*:"$port") echo "$inode";; esac
                done
            }
            candidates() {
                case $by in
                name)
                    short=$(printf '%.15s' "$value")
                    for folder in /proc/[0-9]*; do
                        look_at "${folder#/proc/}" && [ "$comm" = "$short" ] && echo "${folder#/proc/}"
                    done;;
                pattern)
                    pids=
                    for folder in /proc/[0-9]*; do pids="$pids ${folder#/proc/}"; done
                    hits=$(for pid in $pids; do
                            { tr '\0\n' '  ' <"/proc/$pid/cmdline"; } 2>/dev/null; echo
                        done | sed 's/ *$//' | grep -nE -e "$value" | cut -d: -f1)
                    set -- $pids
                    for hit in $hits; do eval "echo \${$hit}"; done;;
                pid-file)
                    pid=
                    read -r pid _ <"$value"
                    case $pid in '' | *[!0-9]*) echo "$value holds no process id" >&2;; *) echo "$pid";; esac;;
                port)
                    inodes=$(listening | sort -u)
                    [ -n "$inodes" ] || return
                    sockets=$(echo $inodes | tr ' ' '|')
                    ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E "^/proc/|socket:\[($sockets)\]$" |
                        while read -r line; do
                            case $line in /proc/*) pid=${line#/proc/}; pid=${pid%%/*};; *) echo "$pid";; esac
                        done | sort -un;;
                systemd) systemctl show -p MainPID --value -- "$value" | grep -vx 0;;
                runit) sv status "$value" | sed -n 's/^run: [^(]*(pid \([0-9]*\)).*/\1/p';;
                sysv)
                    for file in "/run/$value.pid" "/run/$value/$value.pid" "/var/run/$value.pid"; do
                        [ -r "$file" ] && { read -r pid _ <"$file"; echo "$pid"; break; }
                    done;;
                esac
            }
            if [ $mode:$by = there:port ]; then [ -n "$(listening)" ]; exit; fi
            ancestors=" " pid=$$
            while [ "${pid:-0}" -gt 1 ] && look_at $pid; do ancestors="$ancestors$pid "; pid=$parent; done
            found=
            for pid in $(candidates); do
                look_at "$pid" || continue
                line=$({ tr '\0\n' '  ' <"/proc/$pid/cmdline"; } 2>/dev/null)
                case $line in \#(ownPatterns)) continue;; esac
                # A dead-man would wait for ever for its own sleep.
                above=$({ tr '\0\n' '  ' <"/proc/$parent/cmdline"; } 2>/dev/null)
                case $above in */drill-lease\ *) continue;; esac
                case $comm in sshd | sshd-* | drill | init | systemd) refuse "process $pid ($comm)";; esac
                [ "$pid" -ne 1 ] || refuse "process 1 ($comm)"
                case $ancestors in *" $pid "*) refuse "process $pid ($comm), which it runs under";; esac
                if [ $mode = running ]; then case $is in [Tt]) continue;; esac; fi
                found="$found $pid:$start"
            done
            if [ -z "$found" ]; then
                echo "no process found by $by $value" >&2
                if [ "$by" = port ] && [ -n "$(listening)" ]; then
                    echo "something listens there, but who can not be seen (no CAP_SYS_PTRACE?): use name or pattern" >&2
                fi
                exit 1
            fi
            [ $mode = there ] || echo $found
            """#

    /// Acts on and looks at `PID:START …`.
    ///
    /// `signal` must reach one at least; `resume` is fine with none; `gone`, `stopped` and `moving` look.
    static let act =
        lookAt + #"""
            verb=$1 signal=$2 list=$3 hit= status=0
            is_there() { look_at "$pid" && [ "$start" = "${process#*:}" ]; }
            for process in $list; do
                pid=${process%:*}
                is_there || continue
                hit=yes
                case $verb in
                signal | resume)
                    # A server's death may take its children with it, between the look at one and its signal.
                    why=$(kill -s "$signal" "$pid" 2>&1) || ! is_there || { echo "$why" >&2; status=1; };;
                gone) echo "process $pid ($comm) is still there"; status=1;;
                stopped) case $is in [Tt]) ;; *) echo "process $pid ($comm) is not stopped"; status=1;; esac;;
                moving) case $is in [Tt]) echo "process $pid ($comm) is stopped"; status=1;; esac;;
                esac
            done
            case $verb:$hit in signal: | stopped:) echo "none of the processes is left" >&2; exit 1;; esac
            exit $status
            """#
}
