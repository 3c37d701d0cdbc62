import DrillWire

/// A run's journal, held open by whoever must read it whatever becomes of the run's folder.
package struct HeldJournal: Sendable {
    private let file: AppendFile

    init(_ file: AppendFile) { self.file = file }

    /// Whether it still lies where the run keeps it.
    package var isInPlace: Bool { file.isInPlace }

    /// Writes it down again where it was removed or moved away.
    package func putBack() throws(HistoryError) {
        do throws(FileError) {
            try file.putBack()
        } catch {
            throw HistoryError(error.message)
        }
    }

    func lines() throws(HistoryError) -> [ArraySlice<UInt8>] {
        do throws(FileError) {
            return Lines.split(try file.content())
        } catch {
            throw HistoryError(error.message)
        }
    }
}

extension RunStore {
    /// Holds the journal of a run that goes on.
    ///
    /// - Throws: where it isn't there.
    package func hold(_ run: String) throws(HistoryError) -> HeldJournal {
        do throws(FileError) {
            return HeldJournal(try AppendFile(holding: "\(folder(of: run))/journal.jsonl"))
        } catch {
            throw HistoryError("the journal of \(run) can't be held: \(error.message)")
        }
    }
}
