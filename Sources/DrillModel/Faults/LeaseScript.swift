/// The lease on the target, in POSIX shell: what `Lease` sends.
///
/// A lease is a folder whose one *token*, a folder itself, is renamed from state to state. A rename is
/// atomic and succeeds for exactly one of many, so every step happens once:
/// ```
///             ┌────────────── give back: an extend won the race
///             ▼             │
///  arming ─▶ armed ─▶ claim.PID.START ─▶ healed
///             ▲             │     └────▶ failed    after five tries
///             └─────────────┴──────────────┘       heal: the claimant is gone, or try again
/// ```
/// Only a dead-man ever runs the undo: a detached process that claims the token when the deadline has
/// passed or `armed/heal` is there. `heal` starts a new one where the old is gone, and only then.
/// A process is known by its id and its start time, a boot by its id and the start time of PID 1: a
/// container shares its host's boot id and keeps it over a restart. Deadlines are centiseconds of
/// /proc/uptime, which no clock fault reaches.
///
/// What breaks the target signs in first (`armed/sent.PID.START`): the undo waits for what is still
/// under way, ten seconds at most, so that it doesn't go in behind its undo. What is held ready has signed
/// in, too; that its name still lies in `armed` when it is fired shows it that nobody has claimed the lease.
///
/// Traps that the code minds: an extend counts only once its deadline was read back from `armed`;
/// signals are caught, not ignored, since a child inherits what is ignored and a restarted daemon
/// would then be deaf to TERM; a failed redirection of `:` would end dash. Anybody may make a folder
/// in /dev/shm: what isn't our own, or others may write to, is passed over, since what lies in it would
/// be run as root.
package enum LeaseScript {
    package static func arm() -> String {
        common + locks + "\ndead_man() { cat <<'DRILL_DEAD_MAN'\n" + common + deadMan
            + "\nDRILL_DEAD_MAN\n}\n" + spawn + armBody
    }
    package static var isArmed: String { common + isArmedBody }
    package static var extend: String { common + spawn + extendBody }
    package static var heal: String { common + locks + spawn + healBody }
    package static var clean: String { common + locks + cleanBody }

    static let common =
        ProcessScript.lookAt + #"""
            PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
            umask 077
            say() { echo "drill-lease $*"; }
            now() { read -r up _ </proc/uptime; now=${up%.*}${up#*.}; now=${now#0}; }
            alive() { [ -n "$1" ] && [ -n "$2" ] && look_at "$1" && [ "$start" = "$2" ]; }
            boot() { read -r boot </proc/sys/kernel/random/boot_id; look_at 1; boot="$boot $start"; }
            this_boot() { was=; read -r was 2>/dev/null <"$1/boot"; boot; [ "$was" = "$boot" ]; }
            dead_man_alive() { pid= since=; read -r pid since 2>/dev/null <"$1/pid"; alive "$pid" "$since"; }
            ours() {
                set -- $(ls -ldn "$1" 2>/dev/null)
                case $1 in d????-??-*) [ "$3" = "$(id -u)" ];; *) false;; esac
            }
            lease_dir() {
                set -f; old=$IFS; IFS=:; set -- $places; IFS=$old; set +f
                for base do [ -d "$base/$key" ] && ours "$base" && { dir=$base/$key; return 0; }; done
                return 1
            }
            tell() {
                say "$*"
                long=$(wc -c 2>/dev/null <"$dir/log") || return 0
                # Cut in the middle of a line, a secret would not be known as one.
                if [ "$long" -gt 4000 ]; then tail -c 4000 "$dir/log" | sed 1d; else cat "$dir/log"; fi
            }
            state_of() {
                for again in 1 2 3 4 5; do
                    for state in armed healed failed; do [ -d "$1/$state" ] && return; done
                    for claim in "$1"/claim.*; do [ -d "$claim" ] && { state=firing; return; }; done
                done
                state=arming
            }
            # Of how many tries, and for how long the one that goes on.
            tries_of() {
                try= began= tried= how=; now
                read -r try began 2>/dev/null <"$1/trying"; read -r tried how _ 2>/dev/null <"$1/tried"
                tries="try=${try:-0} failed=${tried:-0} for=$((now - ${began:-$now}))"
            }
            # Rename and all else fails where the file system is read-only; a full one doesn't hinder them.
            frozen() { [ -d "$dir" ] && ! touch -c "$dir" 2>/dev/null; }
            claimant_alive() { by=${claim##*/claim.}; alive "${by%.*}" "${by#*.}"; }

            """#

    /// One run at a time on a host.
    ///
    /// What decides is the leases themselves: an arm writes its name, then looks for those of others,
    /// so of two that meet the later one always sees the earlier. The lock, a symbolic link that points
    /// nowhere, made atomically with its content, only settles who of the two goes on.
    private static let locks = #"""
        busy() {
            for other in "$base"/*/name; do
                read -r of _ _ by 2>/dev/null <"$other" && [ -n "$by" ] || continue
                case $1 in =*) [ "$of" = "${1#=}" ] || continue;; *) [ "$of" != "${1#!}" ] || continue;; esac
                state_of "${other%/name}"
                [ $state != healed ] && this_boot "${other%/name}" && return 0
            done
            return 1
        }
        lock() {
            tries=0
            until ln -s "$run $who" "$base/lock" 2>/dev/null; do
                held=$(readlink "$base/lock")
                [ "${held%% *}" = "$run" ] && return 0
                tries=$((tries + 1))
                if [ $tries -gt 20 ]; then say "locked ${held:-% %}"; return 1; fi
                [ -n "$held" ] || continue
                if busy "=${held%% *}"; then say "locked $held"; return 1; fi
                mv "$base/lock" "$base/.lock.$$" 2>/dev/null || continue
                taken=$(readlink "$base/.lock.$$"); rm -f "$base/.lock.$$"
                if [ "$taken" != "$held" ] || busy "=${held%% *}"; then
                    ln -s "$taken" "$base/lock" 2>/dev/null
                fi
            done
        }
        alone() {
            tries=0
            while busy "!$run"; do
                held=$(readlink "$base/lock")
                tries=$((tries + 1))
                if [ "${held%% *}" != "$run" ] || [ $tries -gt 250 ]; then say "locked $of $by"; return 1; fi
                sleep 0.02 2>/dev/null || sleep 1
            done
        }
        of_run() {
            for other in "$base"/*/name; do
                read -r of _ 2>/dev/null <"$other" && [ "$of" = "$1" ] && return 0
            done
            return 1
        }
        unlock() {
            held=$(readlink "$base/lock" 2>/dev/null)
            if [ "${held%% *}" = "$1" ] && ! of_run "$1"; then
                rm -f "$base/lock"
                of_run "$1" && ln -s "$held" "$base/lock" 2>/dev/null
            fi
            rmdir "$base" 2>/dev/null
            return 0
        }
        away() { mv "$dir" "$base/.gone.$$" && rm -rf "$base/.gone.$$"; }

        """#

    private static let deadMan = #"""
        dir=$1
        cd "$dir" || exit 1
        trap true HUP INT QUIT PIPE ALRM TERM USR1 USR2
        oom=0
        { read -r oom </proc/self/oom_score_adj; echo -900 >/proc/self/oom_score_adj; } 2>/dev/null
        look_at $$ || exit 1
        me=claim.$$.$start
        echo "$$ $start" >".pid.$$" && mv ".pid.$$" pid || exit 1
        fractions=yes
        sleep 0.01 2>/dev/null || fractions=
        nap() { if [ $fractions ]; then sleep "$1" & else sleep 1 & fi; wait $!; }
        deadline() {
            deadline=
            read -r deadline 2>/dev/null <"$1/deadline"
            case $deadline in '' | *[!0-9]*) deadline=0;; esac
        }
        # Nobody can claim it there, and waiting heals nothing: undone as it is, and once more, for the
        # record, when it can be.
        unclaimed=0
        undo_unclaimed() {
            [ -d armed ] && [ $unclaimed -lt 5 ] || return
            unclaimed=$((unclaimed + 1))
            perform >/dev/null 2>&1 && unclaimed=5
        }
        perform() (
            { echo "$oom" >/proc/self/oom_score_adj; } 2>/dev/null
            umask 022
            # Where the login's commands begin, so that what they named is found.
            read -r where <"$dir/where" && cd "$where" 2>/dev/null || cd /
            exec sh "$dir/undo"
        ) </dev/null
        while [ -d armed ]; do
            if [ ! -e armed/heal ]; then
                deadline armed
                now
                left=$((deadline - now))
                if [ $left -gt 50 ]; then nap 0.5; continue; fi
                if [ $left -gt 9 ]; then nap 0.$left; continue; fi
                if [ $left -gt 0 ]; then nap 0.0$left; continue; fi
            fi
            mv armed "$me" 2>/dev/null || { if frozen; then undo_unclaimed; nap 1; else nap 0.05; fi; continue; }
            [ -e "$me/heal" ] && break
            deadline "$me"
            now
            [ $now -lt $deadline ] || break
            mv "$me" armed
        done
        [ -d "$me" ] || exit 0
        rm -f "$me/tried" "$me/trying"
        now
        latest=$((now + 1000))
        for sent in "$me"/sent.*; do
            by=${sent##*/sent.}
            while alive "${by%.*}" "${by#*.}" && [ $now -lt $latest ]; do nap 0.05; now; done
        done
        tries=0 pause=1
        while :; do
            tries=$((tries + 1))
            now
            echo "$tries $now" >"$me/trying"
            perform >>log 2>&1
            status=$?
            now
            echo "$tries $status $now" >"$me/tried"
            # Secrets are in the undo.
            if [ $status -eq 0 ]; then mv "$me" healed && rm -f undo drill-lease; exit 0; fi
            if [ $tries -ge 5 ]; then mv "$me" failed; exit 1; fi
            nap $pause
            pause=$((pause * 2))
        done
        """#

    private static let spawn = #"""
        spawn() { setsid sh "$dir/drill-lease" "$dir" </dev/null >/dev/null 2>&1 & }

        """#

    private static let armBody = #"""
        places=$1 key=$2 run=$3 fault=$4 host=$5 who=$6 length=$7 bytes=$8
        fail() { say "failed $*"; exit 1; }
        command -v setsid >/dev/null || fail "no setsid on this host: install util-linux"
        if lease_dir; then
            state_of "$dir"
            if [ $state = healed ] || ! this_boot "$dir"; then away; else say "exists $state"; exit 1; fi
        fi
        set -f; old=$IFS; IFS=:; set -- $places; IFS=$old; set +f
        base=
        for try do
            mkdir -p "$try" 2>/dev/null && ours "$try" || continue
            { echo >"$try/.try.$$"; } 2>/dev/null && rm "$try/.try.$$" && base=$try && break
        done
        [ -n "$base" ] || fail "nowhere to keep a lease: none of $* is root's and can be written"
        lock || exit 1
        dir=$base/$key
        abandon() { away; unlock "$run"; fail "$@"; }
        mkdir -p "$base"
        mkdir "$dir" 2>/dev/null || { say "exists arming"; exit 1; }
        ours "$base" || fail "$base is somebody else's"
        mkdir "$dir/arming" || abandon "cannot write $dir"
        boot
        echo "$boot" >"$dir/boot" && echo "$run $fault $host $who" >"$dir/name" &&
            pwd >"$dir/where" && dead_man >"$dir/drill-lease" && cat >"$dir/undo" ||
            abandon "cannot write $dir"
        if ! lock || ! alone; then away; unlock "$run"; exit 1; fi
        [ $(wc -c <"$dir/undo") -eq $bytes ] || abandon "the undo arrived cut off"
        now
        echo $((now + length)) >"$dir/arming/deadline" && mv "$dir/arming" "$dir/armed" ||
            abandon "cannot write $dir"
        spawn
        tries=0
        until dead_man_alive "$dir"; do
            tries=$((tries + 1))
            [ $tries -lt 250 ] || abandon "the dead-man did not start"
            sleep 0.02 2>/dev/null || sleep 1
        done
        kind=$(stat -f -c %T "$base" 2>/dev/null)
        say "armed pid=$pid start=$since place=$dir on=${kind:-unknown}"
        """#

    private static let isArmedBody = #"""
        places=$1 key=$2 sender=$3
        sign() {
            [ -n "$sender" ] || return 0
            look_at "$sender" && { echo >"$dir/armed/sent.$sender.$start"; } 2>/dev/null &&
                echo "$pid $dir/armed/sent.$sender.$start"
        }
        lease_dir && state_of "$dir" && [ $state = armed ] && [ ! -e "$dir/armed/heal" ] &&
            this_boot "$dir" && dead_man_alive "$dir" && sign && exit 0
        echo "the lease on this host is over, so nothing was done" >&2
        exit 1
        """#

    private static let extendBody = #"""
        places=$1 key=$2 length=$3
        lease_dir || { say none; exit 1; }
        end() { rm -f "$dir/.deadline.$$"; say "$*"; [ "$1" = extended ]; exit; }
        this_boot "$dir" || end gone
        # Only once the deadline is a new one: it would undo at once.
        revive() {
            [ -d "$dir/armed" ] || return 1
            spawn
            waited=0
            until dead_man_alive "$dir"; do
                waited=$((waited + 1))
                [ $waited -lt 250 ] || end gone
                sleep 0.02 2>/dev/null || sleep 1
            done
            [ -d "$dir/armed" ]
        }
        tries=0
        while :; do
            [ -e "$dir/armed/heal" ] && end too-late healing
            now
            until=$((now + length))
            { echo $until >"$dir/.deadline.$$"; } 2>/dev/null || end frozen "$dir"
            if mv "$dir/.deadline.$$" "$dir/armed/deadline" 2>/dev/null; then
                got=0
                read -r got 2>/dev/null <"$dir/armed/deadline"
                if [ "${got:-0}" -ge $until ]; then
                    [ -e "$dir/armed/heal" ] && end too-late healing
                    if dead_man_alive "$dir"; then
                        # Stopped, it would sleep through its deadline.
                        case $is in [Tt]) kill -CONT "$pid" && end extended again;; *) end extended;; esac
                    fi
                    revive && end extended again
                fi
            fi
            state_of "$dir"
            case $state in healed | failed) end too-late $state;; esac
            tries=$((tries + 1))
            [ $tries -lt 20 ] || end too-late $state
            sleep 0.02 2>/dev/null || sleep 1
        done
        """#

    private static let healBody = #"""
        places=$1 key=$2 patience=$3 run=$4
        if ! lease_dir; then
            set -f; old=$IFS; IFS=:; set -- $places; IFS=$old; set +f
            for base do ours "$base" && busy "!$run" && { say "locked $of $by"; exit 1; }; done
            say none
            exit 0
        fi
        base=${dir%/*}
        earlier= retried= started=0 empty=0
        this_boot "$dir" || earlier=yes
        now
        until=$((now + patience))
        while :; do
            state_of "$dir"
            now
            if [ $state != healed ] && frozen; then say frozen "$dir"; exit 3; fi
            case $state in
            healed)
                # Whoever asks for it marks the token while it is armed.
                if [ -e "$dir/healed/heal" ]; then tell healed; else tell healed lapsed; fi
                exit 0;;
            failed)
                [ $retried ] && { tries_of "$dir/failed"; tell failed $tries; exit 1; }
                retried=yes
                { echo >"$dir/failed/heal"; } 2>/dev/null
                mv "$dir/failed" "$dir/armed" 2>/dev/null
                continue;;
            armed)
                { echo >"$dir/armed/heal"; } 2>/dev/null
                if [ ! $earlier ] && dead_man_alive "$dir"; then
                    # Stopped, it would neither heal nor end.
                    kill -USR1 $pid 2>/dev/null; kill -CONT $pid 2>/dev/null
                elif [ $now -gt $((started + 100)) ]; then
                    if [ $earlier ]; then rm -f "$dir/pid"; echo "$boot" >"$dir/boot"; earlier=; fi
                    spawn
                    started=$now
                fi;;
            firing)
                if [ $earlier ] || ! claimant_alive; then
                    { echo >"$claim/heal"; } 2>/dev/null
                    mv "$claim" "$dir/armed" 2>/dev/null
                    continue
                fi
                # It fails in the sight of whoever asked: that is told at once.
                retried=yes
                kill -CONT "${by%.*}" 2>/dev/null;;
            arming)
                [ -d "$dir" ] || { say none; exit 0; }
                empty=$((empty + 1))
                if [ $empty -gt 60 ]; then
                    of=; read -r of _ 2>/dev/null <"$dir/name"
                    away; [ -n "$of" ] && unlock "$of"
                    say none; exit 0
                fi;;
            esac
            [ $now -lt $until ] || { tries_of "$claim"; tell healing $state $tries; exit 2; }
            sleep 0.05 2>/dev/null || sleep 1
        done
        """#

    private static let cleanBody = #"""
        places=$1 key=$2 run=$3
        if lease_dir; then
            base=${dir%/*}
            state_of "$dir"
            case $state in healed | failed) ;; *) say "not-healed $state"; exit 1;; esac
            away 2>/dev/null || { say "not-healed $state"; exit 1; }
            unlock "$run"
        fi
        say cleaned
        """#
}
