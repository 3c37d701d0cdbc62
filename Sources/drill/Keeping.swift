import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// The station *keep*: the record and its reports, into the run's folder.
enum Keeping {
    /// `earlier` is what couldn't be kept when this record was written before.
    ///
    /// - Returns: what couldn't be kept now, in words, to stand after *but*; what was written stays.
    static func keep(
        _ record: Record,
        in folder: RunFolder,
        of store: RunStore,
        earlier: String? = nil
    ) async -> String? {
        var unkept = await folder.finish().map { "not all of it is recorded: \($0)" }
        let planHash = PlanHash.of(folder.path)
        let zone = LocalZone.at(record.start.wallNs)
        do throws(HistoryError) {
            let html = HTMLReport.html(record, zone: zone, planHash: planHash)
            try await folder.write("report.html", html)
            try await folder.write("report.md", MarkdownReport.markdown(record, zone: zone))
            try await folder.write("junit.xml", JUnit.xml([record]))
        } catch {
            unkept = unkept ?? "its reports are not whole: \(error.message)"
        }
        do throws(HistoryError) {
            // Last, so that it knows what the others came to.
            var known = record
            if let unkept { known.judgement.add(defect: unkept) }
            let file = RecordFile(
                known,
                planHash: planHash,
                hashes: try store.hashes(of: record.run),
                timeline: try store.seal(of: record.run),
                unkept: unkept ?? earlier
            )
            try await folder.write("record.json", json: file)
        } catch {
            unkept = unkept ?? "its record is not whole: \(error.message)"
        }
        return unkept
    }

    /// A run as it was kept, judged anew: the verdict is a pure function of what is on disk.
    static func record(of run: String, in store: RunStore) throws(HistoryError) -> Record {
        let kept = try store.load(run)
        return Record(
            run: run,
            plan: kept.plan,
            timeline: kept.timeline,
            judgement: Judge.judge(kept.plan, kept.timeline),
            start: kept.start,
            last: last(kept.plan.experiment.name, before: run, in: store)
        )
    }

    /// The same without what came before it.
    static func alone(_ run: String, in store: RunStore) throws(HistoryError) -> Record {
        let kept = try store.load(run)
        return Record(
            run: run,
            plan: kept.plan,
            timeline: kept.timeline,
            judgement: Judge.judge(kept.plan, kept.timeline),
            start: kept.start
        )
    }

    /// What the last whole run of the same experiment found, for the report's comparison.
    ///
    /// By its record as it was written: to judge it anew all its samples would be read for one column.
    /// What a run that was broken off measured is no figure of the experiment's.
    static func last(_ experiment: String, before run: String, in store: RunStore) -> Judgement? {
        // A state folder that can't be listed holds nothing to compare with.
        for earlier in ((try? store.runs()) ?? []).reversed() where earlier < run {
            guard RunName.mayBe(earlier, of: experiment) else { continue }
            do {
                let bytes = try Files.read("\(store.folder(of: earlier))/record.json")
                let file = try JSONDecoder().decode(RecordFile.self, from: Data(bytes))
                guard file.experiment == experiment, !file.figures.isEmpty else { continue }
                let events = try store.events(of: earlier)
                guard case .started(let start) = events.first?.kind else { continue }
                let record = Record(
                    run: earlier,
                    plan: try store.plan(of: earlier),
                    timeline: Timeline(events: events),
                    judgement: file.judgement,
                    start: start
                )
                guard SeriesRun.Standing.of(record).0 == .whole else { continue }
                return record.judgement
            } catch {
                // A run whose record can't be read is no run to compare with; `drill show` tells why.
                continue
            }
        }
        return nil
    }
}

extension RecordFile {
    /// The part that the next run is compared with.
    fileprivate var judgement: Judgement {
        Judgement(
            verdict: verdict,
            reasons: reasons,
            figures: figures.map(\.figure),
            faults: faults.map(\.outcome),
            disaster: disaster
        )
    }
}
