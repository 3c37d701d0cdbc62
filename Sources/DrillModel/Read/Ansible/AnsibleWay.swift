/// What SSH's own words in `ansible_ssh_common_args` say of the way to a host.
struct AnsibleWay: Hashable {
    var jump: String?
    var user: String?
    var port: String?
    var key: String?

    /// Options of ssh(1) that take a word.
    private static let taking = Set("BbcDEeFIiJLlmOoPpQRSWw")

    /// - Throws: what drill can't follow; options that don't change the way are left out.
    init(_ arguments: String) throws(Misfit) {
        var words = try AnsibleWords.split(arguments).map(\.text)[...]
        while let word = words.popFirst() {
            guard word.hasPrefix("-"), word.count > 1 else {
                throw Misfit("drill can't follow \(quoted(word)) here")
            }
            let letters = word.dropFirst()
            guard let index = letters.firstIndex(where: Self.taking.contains) else { continue }
            let attached = letters[letters.index(after: index)...]
            guard let value = attached.isEmpty ? words.popFirst() : String(attached) else {
                throw Misfit("nothing stands after \(quoted(word))")
            }
            try take(letters[index], value)
        }
    }

    private mutating func take(_ letter: Character, _ value: String) throws(Misfit) {
        switch letter {
        case "J": try option("proxyjump", value)
        case "l": try option("user", value)
        case "p": try option("port", value)
        case "i": try option("identityfile", value)
        case "o":
            let name = value.prefix { $0 != "=" && !$0.isWhitespace }
            let rest = value.dropFirst(name.count).drop { $0 == "=" || $0.isWhitespace }
            try option(name.lowercased(), String(rest))
        case "F":
            throw Misfit(
                "drill reads ~/.ssh/config and no other file such as \(quoted(value))",
                fix: "write what it says of these hosts there, or into their variables"
            )
        case "W", "b", "B":
            throw Misfit("drill can't follow -\(letter)", fix: Self.remedy)
        default: break
        }
    }

    /// As with ssh itself the first of several counts.
    private mutating func option(_ name: String, _ value: String) throws(Misfit) {
        switch name {
        case "proxyjump": jump = jump ?? value
        case "proxycommand":
            if jump == nil { jump = try Self.jump(ofCommand: value) }
        case "user": user = user ?? value
        case "port": port = port ?? value
        case "identityfile": key = key ?? value
        case "hostname", "bindaddress", "bindinterface", "proxyusefdpass":
            throw Misfit("drill can't follow the option \(quoted(name))", fix: Self.remedy)
        default: break
        }
    }

    private static let remedy = "write `-o ProxyJump=USER@ADDRESS:PORT`, or `except:` these hosts"

    /// The jump host of `ssh -W %h:%p [-q] [-p PORT] [USER@]HOST`.
    private static func jump(ofCommand command: String) throws(Misfit) -> String? {
        if command == "none" { return "none" }
        let unclear = Misfit(
            "drill can't follow the ProxyCommand \(quoted(command))",
            fix: remedy
        )
        var words = try AnsibleWords.split(command).map(\.text)[...]
        guard let program = words.popFirst(), program == "ssh" || program.hasSuffix("/ssh") else {
            throw unclear
        }
        var (host, port, user, isForwarding): (String?, String?, String?, Bool) = (
            nil, nil, nil, false
        )
        while let word = words.popFirst() {
            guard word.hasPrefix("-") else {
                guard host == nil else { throw unclear }
                host = word
                continue
            }
            let letters = word.dropFirst()
            guard let index = letters.firstIndex(where: taking.contains) else { continue }
            let attached = letters[letters.index(after: index)...]
            guard let value = attached.isEmpty ? words.popFirst() : String(attached) else {
                throw unclear
            }
            switch letters[index] {
            case "W":
                guard ["%h:%p", "[%h]:%p"].contains(value) else { throw unclear }
                isForwarding = true
            case "p": port = value
            case "l": user = value
            case "o":
                let name = value.lowercased()
                let isHarmless = [
                    "stricthostkeychecking", "userknownhostsfile", "loglevel", "connecttimeout",
                    "serveralive", "batchmode", "control",
                ]
                .contains(where: name.hasPrefix)
                guard isHarmless else { throw unclear }
            default: throw unclear
            }
        }
        guard isForwarding, let host else { throw unclear }
        let place = user.map { host.contains("@") ? host : "\($0)@\(host)" } ?? host
        return port.map { "\(place):\($0)" } ?? place
    }
}
