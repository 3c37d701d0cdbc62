/// A small seeded generator whose numbers stay the same over Swift versions and machines.
///
/// SplitMix64 of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
/// The standard library's `shuffled(using:)` may change how it consumes numbers, so draws are made
/// here too: a record's seed must choose the same hosts years later.
package struct SplitMix64: Sendable {
    package var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A stream of its own for each purpose: adding a step doesn't change another step's draw.
    package init(seed: UInt64, purpose: String) {
        // FNV-1a, since `Hasher` is seeded anew in each process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        self.init(seed: seed ^ hash)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `bound`, which must be positive.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a draw needs something to draw from")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// `count` of the elements (all, where there are fewer), in the order in which they were drawn.
    package mutating func draw<Element>(_ count: Int, from elements: [Element]) -> [Element] {
        var pool = elements
        let wanted = min(max(count, 0), pool.count)
        for index in 0..<wanted { pool.swapAt(index, index + below(pool.count - index)) }
        return Array(pool[..<wanted])
    }
}
