internal import DrillEngine
internal import DrillModel
internal import NIOHTTP1

extension FieldProbers {
    /// A prober of an HTTP server.
    func http(
        _ look: HTTPLook,
        via: Host?,
        it: Host?
    ) throws(ProbeMistake) -> any Prober {
        var text = ProbeText(secret: secret, it: it)
        return try http(look, url: try text.filled(look.url), &text, via: via)
    }

    /// The same of a URL that is filled in; `reading` judges the answers instead of status and pattern.
    func http(
        _ look: HTTPLook,
        url: String,
        _ text: inout ProbeText,
        via: Host?,
        reading: HTTPProber.Reading? = nil
    ) throws(ProbeMistake) -> HTTPProber {
        guard let address = WebAddress(url) else {
            throw ProbeMistake(Self.mistake(in: url, of: look.url, isSecret: text.holdsSecrets))
        }
        let tls =
            address.isSecure
            ? try tls(
                authority: look.authority,
                verifies: look.verifiesCertificate,
                host: address.host,
                isRelayed: via != nil
            ) : nil
        let order = try order(look, address, &text)
        let target = HTTPProber.Target(
            address: address,
            order: order,
            statuses: Set(look.statuses),
            pattern: try pattern(look.match),
            tls: tls,
            reading: reading
        )
        return HTTPProber(
            target: target,
            text: text,
            route: try route(
                via: via,
                resolver: look.resolver,
                isPinned: look.pinsName ?? false
            ),
            loop: loop
        )
    }

    /// Of a text with open parts: what a file holds whole was looked at when it was read.
    private static func mistake(in url: String, of written: Text, isSecret: Bool) -> String {
        let start = "\(written.shown) is no http:// or https:// address once it is filled in"
        guard let wrong = URLCharacters.firstWrong(in: url) else {
            return "\(start): look at what its ${...} stand for"
        }
        // Not a letter of a secret is told.
        let seen = isSecret ? "what no URL may have" : URLCharacters.shown(wrong)
        return "\(start): one of its ${...} holds \(seen); percent-encode it"
    }

    private func order(
        _ look: HTTPLook,
        _ address: WebAddress,
        _ text: inout ProbeText
    ) throws(ProbeMistake) -> HTTPOrder {
        let body = Array(
            (try look.body.map { body throws(ProbeMistake) in try text.filled(body) } ?? "").utf8
        )
        var headers: [String: String] = [:]
        for (name, value) in look.headers {
            headers[name] = try Self.headerValue(try text.filled(value), of: name)
        }
        return HTTPOrder(
            HTTPMethod(rawValue: look.method),
            address,
            headers: headers,
            body: body,
            keepsConnection: look.keepsConnection
        )
    }

    static func headerValue(_ value: String, of name: String) throws(ProbeMistake) -> String {
        guard !value.utf8.contains(where: { $0 < 32 && $0 != 9 || $0 == 127 }) else {
            throw ProbeMistake(
                "the header \(name) holds a line break or another control character"
            )
        }
        return value
    }

    func tls(
        authority: String?,
        verifies: Bool,
        host: String,
        isRelayed: Bool
    ) throws(ProbeMistake) -> TLSClient {
        do {
            return try TLSClient(
                host: host,
                authority: authority,
                verifies: verifies,
                isRelayed: isRelayed
            )
        } catch {
            let file = authority ?? "the system's authorities"
            throw ProbeMistake("\(file) can't be used for TLS: \(error)")
        }
    }

    func pattern(_ source: String?) throws(ProbeMistake) -> Pattern? {
        guard let source else { return nil }
        guard let pattern = Pattern(source) else {
            throw ProbeMistake("\(source) is no regular expression")
        }
        return pattern
    }
}
