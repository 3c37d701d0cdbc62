extension Span {
    /// Reads a length as files write it (`10s`), given to an option of the command line.
    ///
    /// - Throws: the problem, with the option's name.
    package static func option(_ name: String, _ word: String) throws(Problems) -> Span {
        do throws(Misfit) {
            return try Span(written: word)
        } catch {
            throw Problems([Problem("\(name): \(error.message)", fix: error.fix)])
        }
    }
}
