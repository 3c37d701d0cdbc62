extension Procedure {
    /// Every host that one of its actions runs on, the target first.
    package var hostsUsed: [String] {
        var names = [target]
        for action in capture + inject + effective + undo + settled {
            if case .command(let host, _) = action.verb, !names.contains(host) {
                names.append(host)
            }
        }
        return names
    }
}
