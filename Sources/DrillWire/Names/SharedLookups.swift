internal import Synchronization

/// Look-ups that block, each in a thread of its own, so many that a name whose resolver is silent leaves
/// room for others.
///
/// ```
///  asked for one name  ─┬──┬──┬──┬──┬──┬──┬──▶
///                       └──┴──┴─────┴──────    the first begin a look-up each; beyond `eachAtOnce`
///                                              under way one begins every `paceNs`, for all who wait
/// ```
/// Whoever waits gets the answer of a look-up that began after it asked, never an older one: the name may
/// have moved. Beyond `eachMax` under way they wait until one of them ends. `most` is for all names.
package final class SharedLookups: Sendable {
    package typealias Answer = Result<[String], SystemNames.Failure>

    fileprivate struct Name {
        var underWay = 0
        /// When the newest look-up began.
        var begunNs = Int64.min
        var waiting: [@Sendable (Answer) -> Void] = []
    }

    fileprivate struct State {
        var names: [String: Name] = [:]
        var underWay = 0
    }

    /// How many may be under way.
    package struct Limits: Sendable {
        /// More than a slow resolver that answers makes of a look every 20 ms.
        package var eachAtOnce = 64
        /// A silent resolver holds a look-up for ten seconds, three of them for thirty: at this pace that is
        /// less than `eachMax`, or not much more.
        package var paceNs: Int64 = 100_000_000
        package var eachMax = 256
        package var most = 1024

        package init() {}
    }

    private let limits: Limits
    private let state = Mutex(State())
    private let nowNs: @Sendable () -> Int64
    private let resolve: @Sendable (String) -> Answer

    /// `resolve` may block for as long as it likes.
    package init(
        limits: Limits = Limits(),
        nowNs: @escaping @Sendable () -> Int64 = { BootClock.nowNs() },
        resolve: @escaping @Sendable (String) -> Answer
    ) {
        self.limits = limits
        self.nowNs = nowNs
        self.resolve = resolve
    }

    /// Calls `done` from some thread; not before the look-up that it gets the answer of has ended.
    package func look(up name: String, _ done: @escaping @Sendable (Answer) -> Void) {
        switch state.withLock({ $0.next(for: name, done, limits, nowNs: nowNs()) }) {
        case .wait: return
        case .refuse:
            let words = "too many look-ups of names hang: \(name) can't be looked up"
            done(.failure(.notAsked(words)))
        case .begin(let asking):
            guard !DetachedThread.start({ [self] in run(name, for: asking) }) else { return }
            let left = state.withLock { $0.end(name) }
            let words = "no thread can be started to look up \(name)"
            for done in asking + left { done(.failure(.notAsked(words))) }
        }
    }

    /// Looks up for whoever asked, then for those who have been waiting for that, until nobody is.
    private func run(_ name: String, for asking: [@Sendable (Answer) -> Void]) {
        var asking = asking
        while !asking.isEmpty {
            let answer = resolve(name)
            for done in asking { done(answer) }
            asking = state.withLock { $0.goOn(with: name, nowNs: nowNs()) }
        }
    }

    fileprivate enum Next {
        case begin([@Sendable (Answer) -> Void])
        case wait
        case refuse
    }
}

extension SharedLookups.State {
    fileprivate mutating func next(
        for name: String,
        _ done: @escaping @Sendable (SharedLookups.Answer) -> Void,
        _ limits: SharedLookups.Limits,
        nowNs: Int64
    ) -> SharedLookups.Next {
        var entry = names[name] ?? SharedLookups.Name()
        let isSoon =
            entry.underWay >= limits.eachAtOnce && nowNs - entry.begunNs < limits.paceNs
        let isFull = underWay >= limits.most
        guard !isSoon, !isFull, entry.underWay < limits.eachMax else {
            // None of its own is under way that could take it along.
            if entry.underWay == 0 { return .refuse }
            entry.waiting.append(done)
            names[name] = entry
            return .wait
        }
        let asking = entry.waiting + [done]
        entry.waiting = []
        entry.underWay += 1
        entry.begunNs = nowNs
        underWay += 1
        names[name] = entry
        return .begin(asking)
    }

    /// One look-up has ended: who waits for the next; where nobody does, it was the thread's last.
    fileprivate mutating func goOn(
        with name: String,
        nowNs: Int64
    ) -> [@Sendable (SharedLookups.Answer) -> Void] {
        guard let waiting = names[name]?.waiting, !waiting.isEmpty else { return end(name) }
        names[name]?.waiting = []
        names[name]?.begunNs = nowNs
        return waiting
    }

    /// One is no longer under way; who waited for it alone is left.
    fileprivate mutating func end(_ name: String) -> [@Sendable (SharedLookups.Answer) -> Void] {
        underWay -= 1
        guard var entry = names[name] else { return [] }
        entry.underWay -= 1
        names[name] = entry.underWay == 0 ? nil : entry
        return entry.underWay == 0 ? entry.waiting : []
    }
}
