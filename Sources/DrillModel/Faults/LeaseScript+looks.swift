/// What only looks at leases, and changes none.
extension LeaseScript {
    package static var state: String { common + stateBody }
    package static var list: String { common + listBody }

    private static let stateBody = #"""
        places=$1 key=$2
        lease_dir || { say none; exit 0; }
        state_of "$dir"
        watch=gone
        this_boot "$dir" && dead_man_alive "$dir" && watch=alive
        left=0
        if [ $state = armed ] && read -r deadline 2>/dev/null <"$dir/armed/deadline"; then
            now; left=$((deadline - now))
        fi
        tell "$state $watch left=$left"
        exit 0
        """#

    private static let listBody = #"""
        places=$1
        set -f; old=$IFS; IFS=:; set -- $places; IFS=$old; set +f
        for base do
            ours "$base" || continue
            held=$(readlink "$base/lock" 2>/dev/null) && say "lock $held"
            for dir in "$base"/*/; do
                dir=${dir%/}
                [ -d "$dir" ] || continue
                of= fault= host=
                read -r of fault host _ 2>/dev/null <"$dir/name"
                state_of "$dir"
                watch=gone
                this_boot "$dir" && dead_man_alive "$dir" && watch=alive
                say "lease $state $watch ${of:-%} ${fault:-%} ${host:-%}"
            done
        done
        exit 0
        """#
}
