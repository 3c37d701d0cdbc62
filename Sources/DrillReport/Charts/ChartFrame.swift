import DrillModel

/// What all charts of a report share: the time axis from T0, the faults' shade, phases and budgets.
struct ChartFrame {
    static let width = 1000.0
    static let left = 132.0
    static let right = 986.0

    let reading: RunReading
    /// Room above the plot for the names of budgets and faults.
    let top: Double
    /// The lower edge of the plot; the axis is below it.
    let bottom: Double

    /// A frame around a plot of this height.
    init(_ reading: RunReading, plot: Double) {
        self.reading = reading
        top = Self.top(reading)
        bottom = top + plot
    }

    private static let faultLine = 12.0
    private static let mostFaultLines = 4

    static func top(_ reading: RunReading) -> Double {
        let faults = reading.judgement.faults.count
        if faults == 0 && reading.judgement.disaster == nil { return 8 }
        return 28 + faultLine * Double(min(max(1, faults), mostFaultLines))
    }

    var height: Double { bottom + (reading.judgement.phases.isEmpty ? 38 : 60) }

    func x(_ instant: Instant) -> Double {
        let whole = max(1, Double((reading.end - reading.begin).ns))
        let share = Double((instant - reading.begin).ns) / whole
        return Self.left + min(1, max(0, share)) * (Self.right - Self.left)
    }

    /// The chart as one SVG: shade, then what is given, then axis, phases and budgets.
    ///
    /// `labels` come last, so that no line strikes them through.
    func svg(_ title: String, _ content: Markup, labels: Markup = .empty) -> Markup {
        """
        <svg viewBox="0 0 \(Self.width) \(height)" role="img" aria-label="\(title)">\
        \(shade)\(content)\(axis)\(phases)\(budgets)\(labels)</svg>
        """
    }

    /// Each fault from its first action to the last one of its undo.
    private var shade: Markup {
        reading.faults.enumerated().map { index, fault -> Markup in
            guard let from = fault.injecting else { return .empty }
            let x0 = x(from)
            let x1 = max(x(fault.undone ?? reading.end), x0 + 1)
            let label = Self.cut(fault.id, to: 200)
            let line = Double(index % Self.mostFaultLines)
            let isLate = x0 + Self.textWidth(label) + 60 > Self.right
            return """
                <rect class="fault" x="\(x0)" y="\(top)" width="\(x1 - x0)" \
                height="\(bottom - top)"/><path class="fault-edge" \
                d="M\(x0) \(top)V\(bottom)M\(x1) \(top)V\(bottom)"/>\
                <text class="fault-name" x="\(isLate ? Self.right : x0 + 4)" \
                y="\(top - 4 - line * Self.faultLine)" text-anchor="\(isLate ? "end" : "start")">\
                \(label) in place</text>
                """
        }.joined()
    }

    private var axis: Markup {
        let ticks = self.ticks.map { seconds -> Markup in
            let at = x(reading.origin + Span(ns: Int64(seconds * 1e9)))
            return """
                <path class="tick" d="M\(at) \(bottom)v5"/>\
                <text class="axis" x="\(at)" y="\(bottom + 18)" text-anchor="middle">\
                \(Self.number(seconds))</text>
                """
        }
        let zero = x(reading.origin)
        let origin: Markup =
            reading.judgement.disaster == nil
            ? .empty
            : """
            <path class="zero" d="M\(zero) \(top - 6)V\(bottom + 5)"/>\
            <text class="zero-name" x="\(zero - 4)" y="\(top - 4)" text-anchor="end">T0</text>
            """
        return """
            <path class="axis-line" d="M\(Self.left) \(bottom)H\(Self.right)"/>\(ticks.joined())\
            \(origin)<text class="axis" x="\(Self.left - 24)" y="\(bottom + 18)" text-anchor="end">\
            s from \(reading.originName)</text>
            """
    }

    /// At most a dozen round numbers of seconds.
    private var ticks: [Double] {
        let from = (reading.begin - reading.origin).inSeconds
        let to = (reading.end - reading.origin).inSeconds
        let steps: [Double] = [
            0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600,
            86_400,
        ]
        let step = steps.first { (to - from) / $0 <= 13 } ?? (to - from) / 10
        guard step > 0 else { return [0] }
        let first = (from / step).rounded(.up)
        let last = (to / step).rounded(.down)
        return first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : [0]
    }

    /// The phases on the axis; a name where it fits, and the line above the charts has them all.
    private var phases: Markup {
        let y = bottom + 26
        return reading.judgement.phases.enumerated().map { index, phase -> Markup in
            let x0 = x(phase.from)
            let x1 = max(x(phase.to), x0 + 1)
            let fits = Self.textWidth(phase.name) * 0.85 + 5 < x1 - x0
            let name: Markup =
                fits
                ? "<text class=\"phase-name\" x=\"\(x0 + 3)\" y=\"\(y + 11)\">\(phase.name)</text>"
                : .empty
            return """
                <g><title>\(phase.name) \((phase.to - phase.from).shown)</title>\
                <rect class="phase phase-\(index % 2)" x="\(x0)" y="\(y)" width="\(x1 - x0)" \
                height="15"/>\(name)</g>
                """
        }.joined()
            + (reading.judgement.phases.isEmpty
                ? .empty
                : """
                <text class="axis" x="\(Self.left - 8)" y="\(y + 11)" text-anchor="end">phases</text>
                """)
    }

    /// Budgets that end at an instant: those from T0, and `restore` from the first undo.
    private var budgets: Markup {
        var names: [Instant: [String]] = [:]
        var limits: [Instant: String] = [:]
        for figure in reading.judgement.figures {
            guard case .atMost(let limit)? = figure.budget else { continue }
            let from: Instant? =
                switch figure.name {
                case .detect, .failover, .rto: reading.judgement.disaster
                case .restore: reading.judgement.firstUndo ?? reading.judgement.disaster
                default: nil
                }
            guard let from, from + limit <= reading.end else { continue }
            let name = figure.name.rawValue
            limits[from + limit] = limit.description
            if names[from + limit]?.contains(name) != true {
                names[from + limit, default: []].append(name)
            }
        }
        return names.sorted { $0.key < $1.key }.enumerated().map { index, budget -> Markup in
            let at = x(budget.key)
            let words = budget.value.joined(separator: ", ") + " budget \(limits[budget.key] ?? "")"
            let isLate = at + Self.textWidth(words) > Self.right
            return """
                <path class="budget" d="M\(at) \(index % 2 == 0 ? 13.0 : 25.0)V\(bottom)"/>\
                <text class="budget-name" x="\(isLate ? at - 4 : at + 3)" \
                y="\(index % 2 == 0 ? 10.0 : 22.0)" text-anchor="\(isLate ? "end" : "start")">\
                \(words)</text>
                """
        }.joined()
    }

    static func number(_ value: Double) -> String {
        let places = value == value.rounded() ? 0 : 1
        return Shown.decimal(value, places: places)
    }

    /// A guess that is rather too wide: system fonts differ.
    static func textWidth(_ text: String) -> Double { Double(Plain.width(text)) * 6.6 }

    static func cut(_ text: String, to width: Double) -> String {
        Plain.truncated(Plain.oneLine(text), max(3, Int(width / 6.6)))
    }
}
