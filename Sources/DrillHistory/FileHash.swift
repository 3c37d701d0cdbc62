internal import Crypto
import DrillWire
import Foundation

/// SHA-256 in hex, of bytes or of a file of any size.
enum FileHash {
    static func hex(of path: String) throws(HistoryError) -> String {
        var hasher = SHA256()
        do throws(ChunkError<Never>) {
            try Files.readChunks(path) { hasher.update(data: $0) }
        } catch {
            switch error {
            case .file(let error): throw HistoryError(error.message)
            }
        }
        return hex(hasher.finalize())
    }

    static func hex(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
