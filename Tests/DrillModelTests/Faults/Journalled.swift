import DrillModel
import Foundation

enum Journalled {
    /// A value through JSON and back, as the journal keeps it.
    static func copy<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }
}
