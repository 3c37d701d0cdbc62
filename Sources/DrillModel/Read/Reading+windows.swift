extension Reading {
    /// The `windows` of an experiment's or a policy's guards.
    func windows(_ guards: Values) -> Windows? {
        guard let values = guards.mapping("windows") else { return nil }
        return Windows(
            zone: values.word("zone") ?? "UTC",
            allowed: values.windows("allowed"),
            blocked: values.windows("blocked"),
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
