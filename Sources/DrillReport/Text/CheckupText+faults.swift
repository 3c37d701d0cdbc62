import DrillModel

// Which faults would work where, and what the others lack.
extension CheckupText {
    /// From so many hosts on, those for which the same is said share a line.
    private static let hostsApartMax = 20

    static func faults(_ checkup: Checkup, width: Int) -> [TerminalLine] {
        var legend = Legend()
        let rows = checkup.hosts.map { check in
            (check: check, cells: check.faults.map { legend.cell($0, of: check) })
        }
        let names = (checkup.hosts.first?.faults ?? []).map { fault in
            fault.fault.split(separator: "-", maxSplits: 1).map(String.init)
        }
        let groups = grouped(rows)
        let widths = names.indices.map { column in
            (names[column] + rows.map { $0.cells[column] }).map(Plain.width).max() ?? 0
        }
        let place = Place(
            ["FAULT"] + groups.map(\.title),
            inside: widths.reduce(-1) { $0 + $1 + 1 },
            width: width
        )
        let heads = (0..<2).map { line in
            var head = TerminalLine()
            for (name, width) in zip(names, widths) {
                head.column(line < name.count ? name[line] : "", width, .faint)
            }
            return head
        }
        return place.heads("FAULT", heads)
            + groups.flatMap { group in
                var line = TerminalLine()
                for (cell, width) in zip(group.cells, widths) {
                    line.column(cell, width, cell.hasPrefix("yes") ? .green : nil)
                }
                return place.lines(group.title, line)
            }
            + groups.compactMap(\.members) + legend.lines
    }

    private struct Group {
        var title: String
        var cells: [String]
        /// The hosts, where the title doesn't name them.
        var members: TerminalLine?
    }

    private static func grouped(
        _ rows: [(check: Checkup.HostCheck, cells: [String])]
    ) -> [Group] {
        guard rows.count > hostsApartMax else {
            return rows.map {
                Group(title: mark($0.check.host.name, $0.check.isPlanned), cells: $0.cells)
            }
        }
        var groups: [(cells: [String], names: [String])] = []
        for row in rows {
            let name = mark(row.check.host.name, row.check.isPlanned)
            if let index = groups.firstIndex(where: { $0.cells == row.cells }) {
                groups[index].names.append(name)
            } else {
                groups.append((row.cells, [name]))
            }
        }
        return groups.enumerated().map { index, group in
            guard group.names.count > 1 else {
                return Group(title: group.names[0], cells: group.cells)
            }
            let title = "\(index + 1): \(group.names.count) hosts"
            var members = TerminalLine()
            members.add("  \(index + 1)       ", .faint)
            members.add(group.names.joined(separator: ", "))
            return Group(title: title, cells: group.cells, members: members)
        }
    }

    /// A letter for each thing that is lacking somewhere, in the order in which they come.
    private struct Legend {
        private var lacks: [(lack: Lack, hosts: [String])] = []
        private var forbidden: [(why: String, hosts: [String])] = []
        private var partly: [(why: String, hosts: [String])] = []

        mutating func cell(_ fault: FaultCheck, of check: Checkup.HostCheck) -> String {
            let star = fault.isPlanned ? "*" : ""
            let host = check.host.name
            switch fault.verdict {
            case .works: return "yes" + star
            case .forbidden:
                Self.note(&forbidden, fault.forbidden ?? "", host)
                return "–" + star
            case .lacking:
                return fault.lacks.map { letter($0, host) }.joined() + star
            case .partly:
                let working = fault.ways.filter(\.lacks.isEmpty).map(\.use)
                Self.note(&partly, "\(fault.fault) \(working.joined(separator: ", "))", host)
                return "part" + star
            }
        }

        private mutating func letter(_ lack: Lack, _ host: String) -> String {
            let index = lacks.firstIndex { $0.lack == lack } ?? lacks.count
            if index == lacks.count { lacks.append((lack, [])) }
            if !lacks[index].hosts.contains(host) { lacks[index].hosts.append(host) }
            return Self.letter(index)
        }

        private static func letter(_ index: Int) -> String {
            let letters = Array("abcdefghijklmnopqrstuvwxyz")
            return index < letters.count ? String(letters[index]) : "(\(index + 1))"
        }

        private static func note(
            _ list: inout [(why: String, hosts: [String])],
            _ why: String,
            _ host: String
        ) {
            if let index = list.firstIndex(where: { $0.why == why }) {
                if !list[index].hosts.contains(host) { list[index].hosts.append(host) }
            } else {
                list.append((why, [host]))
            }
        }

        var lines: [TerminalLine] {
            lacks.enumerated().map { index, entry in
                line(
                    Self.letter(index),
                    "\(entry.lack.what) (\(Self.some(entry.hosts))): \(entry.lack.change)"
                )
            } + forbidden.map { line("–", "\($0.why): \(Self.some($0.hosts))") }
                + partly.map { line("part", "works only as \($0.why) (\(Self.some($0.hosts)))") }
        }

        private func line(_ sign: String, _ text: String) -> TerminalLine {
            var line = TerminalLine()
            line.add(
                "  \(sign)" + String(repeating: " ", count: max(1, 10 - Plain.width(sign))),
                .bold
            )
            line.add(Plain.oneLine(text))
            return line
        }

        /// The first few names: all of them stand in the table.
        private static func some(_ hosts: [String]) -> String {
            hosts.count <= 4
                ? hosts.listed
                : "\(hosts.prefix(3).joined(separator: ", ")) and \(hosts.count - 3) more"
        }
    }
}
