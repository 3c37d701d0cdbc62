/// The worst that several draws can do together.
package enum WorstCase {
    /// The most items that can be chosen at once, draw *i* choosing up to its capacity from its set.
    ///
    /// A maximum matching by augmenting paths (Kuhn), so the count is reached by some outcome and
    /// never too high: 2 of {a, b} twice and 1 of {c, d} is 3, not 4.
    package static func covered(
        _ items: [String],
        by draws: [(among: Set<String>, capacity: Int)]
    ) -> Int {
        var taken: [[String]] = draws.map { _ in [] }

        func seat(_ item: String, _ tried: inout Set<Int>) -> Bool {
            for index in draws.indices where draws[index].among.contains(item) {
                guard tried.insert(index).inserted else { continue }
                if taken[index].count < draws[index].capacity {
                    taken[index].append(item)
                    return true
                }
                for (place, other) in taken[index].enumerated() where seat(other, &tried) {
                    taken[index][place] = item
                    return true
                }
            }
            return false
        }

        var count = 0
        for item in items {
            var tried: Set<Int> = []
            if seat(item, &tried) { count += 1 }
        }
        return count
    }
}
