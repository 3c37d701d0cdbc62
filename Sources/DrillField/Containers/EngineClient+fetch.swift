internal import AsyncHTTPClient
package import DrillModel
internal import NIOCore
internal import NIOHTTP1

extension EngineClient {
    /// A page that a container serves, fetched from here: whether this machine reaches it, and what it says.
    ///
    /// - Returns: nil when there was no answer within the time, whatever the reason.
    package func fetch(_ url: String, within: Span) async -> (status: Int, body: [UInt8])? {
        do {
            let response = try await client().execute(
                HTTPClientRequest(url: url),
                deadline: .now() + .nanoseconds(within.ns)
            )
            let body = try await response.body.collect(upTo: 1 << 20)
            return (Int(response.status.code), Array(buffer: body))
        } catch {
            return nil
        }
    }
}
