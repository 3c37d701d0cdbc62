import DrillModel

/// HTML, SVG or XML that is safe by its type: a string put into it is escaped, markup isn't.
///
/// ```swift
/// let row: Markup = "<td>\(name)</td>"     // a name can't become a tag
/// ```
struct Markup: Sendable {
    private(set) var text: String

    init(raw text: String) { self.text = text }

    static let empty = Markup(raw: "")

    /// One self-contained file: no script, no font, no picture from elsewhere.
    static func page(_ title: String, style: String, _ body: Markup) -> String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Plain.oneLine(title))</title>
            <style>\(Markup(raw: style))</style>
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
        return page.text
    }

    static func + (left: Markup, right: Markup) -> Markup { Markup(raw: left.text + right.text) }
    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    var isEmpty: Bool { text.isEmpty }

    /// The text with whatever markup, a terminal or a reader's eye would obey taken out of it.
    ///
    /// XML 1.0 section 2.2 has no control characters but tab and line ends, not even escaped.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isSpecial) else { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\r": continue
            case _ where Plain.isControl(scalar): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "&", "<", ">", "\"", "'": true
        default: Plain.isControl(scalar)
        }
    }
}

extension Markup: ExpressibleByStringInterpolation {
    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    struct Interpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 8)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ string: String) { text += Markup.escaped(string) }
        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        /// A coordinate: a tenth of a unit is finer than any screen.
        mutating func appendInterpolation(_ coordinate: Double) {
            text += Markup.coordinate(coordinate)
        }
    }

    static func coordinate(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
        return tenths % 10 == 0 ? whole : "\(whole).\(abs(tenths) % 10)"
    }
}

extension Sequence where Element == Markup {
    func joined(separator: String = "") -> Markup {
        Markup(raw: map(\.text).joined(separator: separator))
    }
}
