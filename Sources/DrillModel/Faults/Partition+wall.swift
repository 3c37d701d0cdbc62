extension Partition {
    /// The firewall rules of one cut on one host: how they are put up, removed and looked for.
    struct Wall {
        private let host: Host
        private let chain: String
        private let comment: String
        private let families: [Family]
        private let names: [String]
        private let cut: Cut
        /// The address and port that drill's own SSH connection is known by: its peer's address and
        /// sshd's port.
        private let spared: (address: PeerAddress, port: Int)?
        /// Where drill's own connection comes from, to be cut, too.
        private let control: String?

        /// One of the two rule sets and what goes into it.
        private struct Family {
            var version: PeerAddress.Version
            var tool: String
            var addresses: [String]
            var restore: String { tool + "-restore" }
            var saved: String { version == .v4 ? "rules4" : "rules6" }
        }

        init(
            _ step: FaultStep,
            on host: Host,
            in scene: Scene,
            cut: Cut
        ) throws(Problems) {
            self.host = host
            self.cut = cut
            chain = Self.chain(run: scene.run, fault: step.id, host: host.name)
            comment = "drill:" + Self.plain(scene.run, longest: 200)
            let facts = scene.facts?.hosts[host.name]
            let connection = Self.connection(facts?.sshConnection ?? [])
            spared = step.includesControl ? nil : connection

            var problems: [Problem] = []
            var addresses: [PeerAddress.Version: [String]] = [:]
            var names: [String] = []
            // Drill is in no inventory: its own path is cut where it comes from.
            if step.includesControl, cut != .everyone,
                case .literal(let version, let literal) = connection?.address
            {
                addresses[version] = [literal]
                self.control = literal
            } else {
                self.control = nil
            }
            if case .peers(let peers, _) = cut {
                for peer in peers {
                    guard let text = peer.address else { continue }
                    switch PeerAddress(text) {
                    case .literal(let version, let literal):
                        addresses[version, default: []].append(literal)
                    case .name(let name): names.append(name)
                    case nil:
                        problems.append(
                            Problem(
                                "\(step.fault): the address \"\(text)\" of \(peer.name) is neither "
                                    + "an IP address nor a host name",
                                at: peer.position
                            )
                        )
                    }
                }
            }
            let everything = cut == .everyone || !names.isEmpty
            var families: [Family] = []
            for version in [PeerAddress.Version.v4, .v6] {
                let own = addresses[version] ?? []
                guard everything || !own.isEmpty else { continue }
                let generic = version == .v4 ? "iptables" : "ip6tables"
                let found = version == .v4 ? facts?.iptables : facts?.ip6tables
                if let found {
                    families.append(Family(version: version, tool: found, addresses: own))
                } else if version == .v4 || facts == nil || facts?.unreachable != nil {
                    // Not surveyed, or refused already: that the tool is missing is told elsewhere.
                    families.append(Family(version: version, tool: generic, addresses: own))
                } else if !own.isEmpty {
                    problems.append(
                        Problem(
                            "\(step.fault): no \(generic) that works on \(host.name)",
                            at: step.target.position,
                            fix: "install iptables there, and let the user be root or use sudo"
                        )
                    )
                }
            }
            guard problems.isEmpty else { throw Problems(problems) }
            self.families = families
            self.names = names
        }

        /// At most 28 characters, the kernel's limit for a chain; one of its own a run, fault and host.
        static func chain(run: String, fault: String, host: String) -> String {
            let short = plain(String(run.split(separator: "-").last ?? "run"), longest: 6)
            var hash: UInt32 = 2_166_136_261  // FNV-1a
            for byte in "\(run)\0\(fault)\0\(host)".utf8 {
                hash = (hash ^ UInt32(byte)) &* 16_777_619
            }
            let digits = String(hash, radix: 16)
            return "DRILL-\(short)-\(plain(fault, longest: 6))-"
                + String(repeating: "0", count: 8 - digits.count) + digits
        }

        private static func plain(_ text: String, longest: Int) -> String {
            String(
                text.unicodeScalars.map { scalar in
                    scalar.isASCII
                        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                            || "-_.".unicodeScalars.contains(scalar))
                        ? Character(scalar) : "_"
                }.prefix(longest)
            )
        }

        private static func connection(_ words: [String]) -> (address: PeerAddress, port: Int)? {
            guard words.count == 4, let port = Int(words[3]), let address = PeerAddress(words[0])
            else { return nil }
            return (address, port)
        }
    }
}

extension Partition.Wall {
    /// Peers that the inventory knows by name are looked up on the target, once, before the cut.
    var resolve: [Action] {
        guard !names.isEmpty else { return [] }
        return families.map { family in
            Action(
                "look up \(names.joined(separator: ", ")) on \(host.name)",
                .command(
                    host: host.name,
                    .script(
                        Text(Self.resolveScript),
                        name: "drill-resolve",
                        [Text(chain), Text(family.version.rawValue), Text(drops)]
                            + names.map { Text($0) }
                    )
                ),
                saves: family.saved
            )
        }
    }

    /// All rules of a family in one commit: there is no moment with half a wall.
    var build: Action {
        var script = Text("set -e")
        for family in families {
            script = script + "\n\(family.restore) -w 5 --noflush <<'END'\n" + rules(family) + "END"
        }
        return Action(
            "drop \(shownDirection) \(shownPeers) on \(host.name)",
            .command(host: host.name, .script(script, name: "drill-partition", sudo: true)),
            timeout: .seconds(20)
        )
    }

    var remove: Action {
        Action(
            "delete chain \(chain) and the jumps to it on \(host.name)",
            .command(
                host: host.name,
                .script(
                    Text(Self.removeScript),
                    name: "drill-partition",
                    [Text(chain)] + families.map { Text($0.tool) },
                    sudo: true
                )
            ),
            timeout: .seconds(30)
        )
    }

    var gone: Action {
        Action(
            "see that chain \(chain) is gone from \(host.name)",
            .command(
                host: host.name,
                .script(
                    Text(Self.goneScript),
                    name: "drill-partition",
                    [Text(chain)] + families.map { Text($0.tool) },
                    sudo: true
                )
            ),
            within: .seconds(5)
        )
    }

    private var drops: String {
        guard case .peers(_, let direction) = cut else { return "both" }
        return direction.rawValue
    }

    private var shownDirection: String {
        switch drops {
        case "in": "all that comes from"
        case "out": "all that goes to"
        default: "everything between it and"
        }
    }

    private var shownPeers: String {
        guard case .peers(let peers, _) = cut else { return "everyone" }
        return (peers.map(\.name) + (control.map { ["drill's own machine at \($0)"] } ?? []))
            .joined(separator: ", ")
    }

    private func rules(_ family: Family) -> Text {
        var lines = ["*filter", ":\(chain) - [0:0]"]
        if case .literal(family.version, let address) = spared?.address, let port = spared?.port {
            lines.append("-A \(chain) -p tcp -m tcp -s \(address) --dport \(port) -j RETURN")
            lines.append("-A \(chain) -p tcp -m tcp -d \(address) --sport \(port) -j RETURN")
        }
        if family.version == .v6 {
            // Without neighbour discovery the spared connection would die with the neighbour's entry.
            for type in [135, 136] {
                lines.append("-A \(chain) -p ipv6-icmp -m icmp6 --icmpv6-type \(type) -j RETURN")
            }
        }
        if cut == .everyone {
            lines += ["-A \(chain) -i lo -j RETURN", "-A \(chain) -o lo -j RETURN"]
            lines.append("-A \(chain) -j DROP")
        }
        for address in family.addresses {
            if drops != "out" { lines.append("-A \(chain) -s \(address) -j DROP") }
            if drops != "in" { lines.append("-A \(chain) -d \(address) -j DROP") }
        }
        var text = Text(lines.joined(separator: "\n") + "\n")
        if !names.isEmpty { text = text + .saved(family.saved) + "\n" }
        let jump = "-m comment --comment \(comment) -j \(chain)"
        let hooks = drops == "in" ? ["INPUT"] : drops == "out" ? ["OUTPUT"] : ["INPUT", "OUTPUT"]
        return text
            + Text(hooks.map { "-I \($0) 1 \(jump)\n" }.joined() + "COMMIT\n")
    }

    /// Prints the rules that drop what a name stands for, in one family.
    private static let resolveScript = """
        chain=$1 version=$2 drops=$3; shift 3
        for name do
            found=$(getent ahosts "$name") || { echo "cannot look up $name" >&2; exit 1; }
            echo "$found" | while read -r address rest; do
                case $version:$address in 4:*:* | *:fe80:*) continue;; 6:*:* | 4:*) ;; *) continue;; esac
                [ "$drops" = out ] || echo "-A $chain -s $address -j DROP"
                [ "$drops" = in ] || echo "-A $chain -d $address -j DROP"
            done
        done | sort -u
        """

    /// Fine when nothing is there.
    ///
    /// One commit takes the chain away and every rule that jumps or goes to it, however many there are by
    /// now and wherever they stand: none means anything without it. A rule set that changed meanwhile is
    /// read again. Where something holds the chain all the same, it is emptied, which ends the cut.
    private static let removeScript = """
        chain=$1 status=0; shift
        remove() {
            for again in 1 2 3; do
                rules=$("$1" -w 5 -S) || return 1
                printf '%s\\n' "$rules" | grep -qx -e "-N $chain" || return 0
                {
                    echo '*filter'
                    printf '%s\\n' "$rules" | sed -n "s/^-A \\(.* -[jg] $chain\\)$/-D \\1/p"
                    printf '%s\\n' "-F $chain" "-X $chain" COMMIT
                } | "$1-restore" -w 5 --noflush && return 0
            done
            "$1" -w 5 -F "$chain" && echo "$1: $chain is empty, and something still holds it" >&2
            return 1
        }
        for tool do remove "$tool" || status=1; done
        exit $status
        """

    private static let goneScript = """
        chain=$1; shift
        for tool do
            rules=$("$tool" -w 5 -S) || exit 2
            case $rules in *"$chain"*) echo "$tool: $chain is still there" >&2; exit 1;; esac
        done
        """
}
