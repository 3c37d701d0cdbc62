import DrillEngine
import DrillField
import DrillHistory
import DrillModel
import DrillReport
import DrillWire
import Foundation

/// Tells a webhook what became of a scheduled run, and keeps that with whether it could be told.
struct GameDayTelling {
    /// Nil where nobody is to be told.
    let webhook: DrillModel.Text?
    let stop: StopSwitch

    /// Where a schedule's reports lie, by their times.
    static func folder(of schedule: String) -> String {
        let name = String(schedule.map { $0 == "/" ? "_" : $0 })
        return "\(Wiring.store.path)/schedules/\(name)"
    }

    /// Kept first: whatever ends drill while the webhook doesn't answer, the verdict is there.
    func tell(_ report: GameDayReport) async {
        let path = path(of: report)
        let isKept = keep(report, at: path)
        if let webhook {
            var told = report
            let delivery = await deliver(report, to: webhook)
            told.delivery = delivery
            if isKept { _ = keep(told, at: path) }
            if let why = delivery.why {
                let times = Shown.plural(delivery.attempts, "attempt")
                Terminal.writeError(
                    "drill: THE WEBHOOK WAS NOT TOLD (\(times)): \(Plain.oneLine(why)); the verdict is"
                        + " \(report.verdict.rawValue) all the same\(isKept ? ", and is kept" : "")\n"
                )
            }
        }
        if isKept { Terminal.write("kept    \(path)\n") }
    }

    private func path(of report: GameDayReport) -> String {
        let time = report.began.filter { $0 != ":" }
        return "\(Self.folder(of: report.schedule))/\(time)-\(Wiring.process).json"
    }

    /// - Returns: whether it could be; why not is said.
    private func keep(_ report: GameDayReport, at path: String) -> Bool {
        do {
            try Files.makeFolder(Self.folder(of: report.schedule))
            try Files.replace(path, with: Array(try JSONText.of(report).utf8))
            return true
        } catch {
            Terminal.writeError("drill: the report can't be kept in \(path): \(error)\n")
            return false
        }
    }

    private func deliver(
        _ report: GameDayReport,
        to webhook: DrillModel.Text
    ) async -> GameDayReport.Delivery {
        func not(_ why: String) -> GameDayReport.Delivery {
            GameDayReport.Delivery(isDelivered: false, attempts: 0, why: why)
        }
        let body: [UInt8]
        let url: String
        do {
            body = Array(try JSONText.of(report).utf8)
            url = try webhook.resolved(Secrets.value)
        } catch let error as SecretError {
            return not(error.message)
        } catch {
            return not("the report can't be written as JSON: \(error)")
        }
        guard let client = WebhookClient(url) else {
            return not("what --webhook names is no web address")
        }
        // Who stopped the run did that before; a signal from now on is of somebody who won't wait.
        let wasStopped = stop.reason != nil
        var delivery = await WebhookDelivery(now: Wiring.now, sleep: Wiring.sleep) { deadline in
            await client.post(body, now: Wiring.now(), deadline: deadline)
        }.deliver { [stop] in
            stop.isHurried || (!wasStopped && stop.reason != nil)
        }
        await client.end()
        delivery.why = delivery.why.map { "\(client.shown): \($0)" }
        return delivery
    }
}
