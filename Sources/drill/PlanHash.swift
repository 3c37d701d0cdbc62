import Crypto
import DrillWire

/// The hash of a run's `plan.json` as it was written, so that a report names the plan it is of.
enum PlanHash {
    /// - Returns: `sha256:…`; nil where the plan can't be read.
    static func of(_ folder: String) -> String? {
        do throws(FileError) {
            let bytes = try Files.read("\(folder)/plan.json")
            let digits = SHA256.hash(data: bytes).map { byte in
                byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16)
            }
            return "sha256:" + digits.joined()
        } catch {
            return nil
        }
    }
}
