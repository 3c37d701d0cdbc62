/// Which tags an experiment or runbook must have to be chosen.
///
/// Of one choice (`smoke,region`) any word is enough, `!slow` being the lack of a tag; of several choices
/// each must hold.
package struct TagChoice: Hashable, Sendable {
    package struct Word: Hashable, Sendable {
        package var tag: String
        package var isWanted: Bool
    }

    package var words: [Word]

    /// Reads `smoke,!slow`; nil where a word is missing.
    package init?(_ written: String) {
        words = written.split(separator: ",", omittingEmptySubsequences: false).map { word in
            let word = word.filter { $0 != " " }
            let isWanted = !word.hasPrefix("!")
            return Word(tag: isWanted ? word : String(word.dropFirst()), isWanted: isWanted)
        }
        if words.contains(where: { $0.tag.isEmpty }) { return nil }
    }

    package func holds(for tags: [String]) -> Bool {
        words.contains { tags.contains($0.tag) == $0.isWanted }
    }
}

extension [TagChoice] {
    /// Whether all of them hold; without any everything is chosen.
    package func hold(for tags: [String]) -> Bool { allSatisfy { $0.holds(for: tags) } }

    /// A remark on each word that is no tag of any file, since then it chooses or leaves out nothing.
    package func unknown(among known: [String]) -> [String] {
        flatMap(\.words).map(\.tag).unique.filter { !known.contains($0) }.map { tag in
            "no file here has the tag \(quoted(tag)); "
                + suggestion(for: tag, among: known.sorted(), what: "tags")
        }
    }
}
