/// Which run of which series a run is, in `record.json`.
package struct SeriesEntry: Hashable, Codable, Sendable {
    package var id: String
    /// From 1.
    package var number: Int
    /// How many runs were asked for.
    package var count: Int

    package init(_ place: SeriesPlace) {
        id = place.id
        number = place.number
        count = place.count
    }
}
