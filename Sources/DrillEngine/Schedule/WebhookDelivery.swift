package import DrillModel

/// Tells a webhook, again and again until it takes it, within a time.
package struct WebhookDelivery: Sendable {
    /// What one attempt came to.
    package enum Answer: Hashable, Sendable {
        case status(Int)
        /// No answer, in words that don't hold the address.
        case nothing(String)
    }

    package static let patience = Span.minutes(2)
    package static let each = Span.seconds(10)
    private static let pauses = (first: Span.seconds(1), most: Span.seconds(30))

    private let now: @Sendable () -> Instant
    private let sleep: @Sendable (Instant) async -> Void
    private let post: @Sendable (_ deadline: Instant) async -> Answer

    package init(
        now: @escaping @Sendable () -> Instant,
        sleep: @escaping @Sendable (Instant) async -> Void,
        post: @escaping @Sendable (_ deadline: Instant) async -> Answer
    ) {
        self.now = now
        self.sleep = sleep
        self.post = post
    }

    /// Pauses twice as long each time; what the webhook refuses for good isn't tried again.
    ///
    /// `isHurried` ends the trying after the attempt that goes on.
    package func deliver(
        isHurried: @Sendable () -> Bool = { false }
    ) async -> GameDayReport.Delivery {
        let end = now() + Self.patience
        var pause = Self.pauses.first
        var attempts = 0
        while true {
            attempts += 1
            let answer = await post(min(end, now() + Self.each))
            let why: String
            switch answer {
            case .status(200...299):
                return GameDayReport.Delivery(isDelivered: true, attempts: attempts)
            case .status(let status) where Self.isFinal(status):
                why = "it answered \(status), which another attempt wouldn't change"
                return GameDayReport.Delivery(isDelivered: false, attempts: attempts, why: why)
            case .status(let status): why = "it answered \(status)"
            case .nothing(let words): why = words
            }
            guard now() + pause < end, !isHurried() else {
                return GameDayReport.Delivery(isDelivered: false, attempts: attempts, why: why)
            }
            await sleep(now() + pause)
            pause = min(pause * 2, Self.pauses.most)
        }
    }

    /// A redirection would carry the report to where nobody named; of the refusals these three pass
    /// (RFC 9110, 15.5; RFC 8470; RFC 6585).
    private static func isFinal(_ status: Int) -> Bool {
        (300...499).contains(status) && ![408, 425, 429].contains(status)
    }
}
