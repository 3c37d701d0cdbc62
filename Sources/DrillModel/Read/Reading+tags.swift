extension Reading {
    /// The words under `tags`, each once; nil where there are none.
    mutating func tags(_ values: Values) -> [String]? {
        let tags = values.list("tags").compactMap { value -> String? in
            guard case .word(let tag) = value else { return nil }
            return tag
        }
        for tag in tags { checkName(tag, of: "tag", at: values.positions["tags"]) }
        return tags.isEmpty ? nil : tags.unique
    }
}
