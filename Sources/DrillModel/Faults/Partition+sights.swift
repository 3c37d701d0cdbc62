extension Partition {
    /// The looks that prove a cut: TCP connections that came through before and no longer do.
    ///
    /// ```
    ///   out:  target ──▶ each peer's sshd          in:  up to three peers ──▶ the target's sshd
    /// ```
    /// What didn't come through before the cut proves nothing and is left out.
    struct Sights {
        private let host: Host
        /// `address,port` of what the target looks at.
        private let out: [String]
        /// Who looks at the target.
        private let lookers: [Host]
        private let own: String

        /// Every peer's packets meet the same kind of rule: a few lookers are enough.
        private static let mostLookers = 3

        init(_ step: FaultStep, on host: Host, in scene: Scene, cut: Cut) {
            self.host = host
            let others = scene.inventory.hosts.filter { $0.name != host.name }
            let (peers, direction): ([Host], Direction) =
                switch cut {
                case .peers(let peers, let direction): (peers, direction)
                case .everyone: (others, .both)
                }
            let target = host.address ?? ""
            own = "\(target),\(host.port ?? 22)"
            out =
                direction == .in
                ? []
                : peers.compactMap { peer in
                    guard let address = peer.address, address != target, PeerAddress(address) != nil
                    else { return nil }
                    return "\(address),\(peer.port ?? 22)"
                }
            // From where drill itself comes, sshd's port stays open: that look would see no cut.
            let connection = scene.facts?.hosts[host.name]?.sshConnection.first
            let spared = step.includesControl ? nil : connection
            lookers =
                direction == .out || PeerAddress(target) == nil
                ? []
                : Array(
                    peers.filter { $0.address != nil && !$0.isLocal && $0.address != spared }
                        .prefix(Self.mostLookers)
                )
        }
    }
}

extension Partition.Sights {
    enum Look: String {
        case open, none, all
        /// Prints one line for each: `reached`, `refused` or `none`, and where.
        case each
    }

    /// A look from a host at `address,port` of others, whether TCP connections to them come through.
    static func look(_ what: String, from: String, _ look: Look, _ at: [Text]) -> Action {
        Action(
            what,
            .command(
                host: from,
                .script(
                    Text(script),
                    name: "drill-look",
                    [Text(look.rawValue)] + at
                )
            ),
            expect: look == .open ? .anything : .exit(0),
            timeout: .seconds(15),
            within: look == .open ? .zero : .seconds(look == .all ? 15 : 5)
        )
    }

    private func saved(_ name: String, _ action: Action) -> Action {
        var action = action
        action.when = .savedNot(name, isOneOf: [""])
        return action
    }

    var capture: [Action] {
        var actions: [Action] = []
        if !out.isEmpty {
            var action = Self.look(
                "see which peers \(host.name) reaches",
                from: host.name,
                .open,
                out.map { Text($0) }
            )
            action.saves = "out"
            actions.append(action)
        }
        for (index, peer) in lookers.enumerated() {
            var action = Self.look(
                "see whether \(peer.name) reaches \(host.name)",
                from: peer.name,
                .open,
                [Text(own)]
            )
            action.saves = "in-\(index)"
            actions.append(action)
        }
        return actions
    }

    var effective: [Action] {
        after(
            .none,
            "see that \(host.name) reaches none of them",
            { "see that \($0) reaches \(host.name) no more" }
        )
    }

    var settled: [Action] {
        after(
            .all,
            "see that \(host.name) reaches them again",
            { "see that \($0) reaches \(host.name) again" }
        )
    }

    private func after(_ look: Look, _ ours: String, _ theirs: (String) -> String) -> [Action] {
        let first =
            out.isEmpty
            ? [] : [saved("out", Self.look(ours, from: host.name, look, [.saved("out")]))]
        return first
            + lookers.enumerated().map { index, peer in
                saved(
                    "in-\(index)",
                    Self.look(theirs(peer.name), from: peer.name, look, [.saved("in-\(index)")])
                )
            }
    }

    /// Tries TCP connections, all at once, for 2 s.
    ///
    /// `open` prints what accepts one, `none` fails if anything does, `all` if anything doesn't, `each`,
    /// four at a time, prints what became of each. Uses what is there: bash's /dev/tcp, nc or python3.
    static let script = """
        mode=$1; shift; set -f
        if command -v bash && command -v timeout; then by=bash
        elif command -v nc; then by=nc
        elif command -v python3; then by=python3
        else echo "none of bash, nc and python3 is here to look with" >&2; exit 4; fi >/dev/null
        try() {
            case $by in
            bash) timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2";;
            nc) nc -v -z -w 2 "$1" "$2";;
            python3) python3 -c 'import socket, sys
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)' "$1" "$2";;
            esac </dev/null 2>&1
        }
        all=$*
        if [ "$mode" = each ]; then
            count=0
            for at in $all; do
                # Each that comes through has a login begin over there, which a small host feels.
                [ $count -eq 0 ] || [ $((count % 4)) -ne 0 ] || wait
                count=$((count + 1))
                (
                    if said=$(LC_ALL=C try "${at%,*}" "${at##*,}"); then echo "reached $at"; else
                        case $said in *refused* | *Refused*) echo "refused $at";; *) echo "none $at";; esac
                    fi
                ) &
            done
            wait
            exit 0
        fi
        open=$(for at in $all; do ( try "${at%,*}" "${at##*,}" >/dev/null && echo "$at" ) & done; wait)
        open=$(echo $open)
        case $mode in
        open) echo "$open";;
        none) [ -z "$open" ] || { echo "still comes through: $open"; exit 1; };;
        all) for at in $all; do
                case " $open " in *" $at "*) ;; *) echo "does not come through: $at"; exit 1;; esac
            done;;
        esac
        """
}
