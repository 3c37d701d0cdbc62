extension Reading {
    /// The `windows` of an experiment's or a policy's guards.
    ///
    /// A window without a zone has that of `zone`; without that, the one that the others name, and UTC where
    /// they name none.
    mutating func windows(_ guards: Values) -> Windows? {
        guard let values = guards.mapping("windows") else { return nil }
        let allowed = values.windows("allow")
        let blocked = values.windows("freeze")
        let named = (allowed + blocked).compactMap(\.zone).unique
        let zone = values.word("zone") ?? (named.count == 1 ? named[0] : "UTC")
        if !values.has("zone"), named.count > 1,
            let open = (allowed + blocked).first(where: { $0.zone == nil })
        {
            report(
                "nobody can tell which zone the window \(quoted(open.written)) is of: the others name"
                    + " \(named.listed)",
                at: open.position,
                fix: "write its zone behind it, or one for all that name none: `zone: \(named[0])`"
            )
        }
        return Windows(
            zone: zone,
            allowed: allowed,
            blocked: blocked,
            position: guards.positions["windows"]
        )
    }
}

extension Values {
    fileprivate func windows(_ key: String) -> [Window] {
        list(key).compactMap { value in
            guard case .window(let window) = value else { return nil }
            return window
        }
    }
}
