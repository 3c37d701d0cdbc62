package import DrillModel

/// What a command answered to one question.
package struct CommandAnswer: Hashable, Sendable {
    /// What stands behind the question.
    package var text: String
    /// When the question was handed to the socket.
    package var sent: Instant
    /// When all of the answer had been read.
    package var done: Instant

    package init(text: String, sent: Instant, done: Instant) {
        self.text = text
        self.sent = sent
        self.done = done
    }
}

extension Remote {
    /// For a way that can't hold a conversation.
    package func run(
        _ line: String,
        input: [UInt8],
        then questions: [String],
        deadline: Instant,
        outputLimitBytes: Int
    ) async throws(RemoteError) -> (result: CommandResult, answers: [CommandAnswer]) {
        let result = try await run(
            line,
            input: input,
            deadline: deadline,
            outputLimitBytes: outputLimitBytes
        )
        return (result, [])
    }

    /// For a way that can't hold a conversation: the command is run anew for each question.
    ///
    /// Between `sent` and `done` lie the command's whole beginning and end, too.
    package func ask(
        _ questions: [String],
        of line: String,
        deadline: Instant
    ) async throws(RemoteError) -> [CommandAnswer] {
        var answers: [CommandAnswer] = []
        for question in questions {
            let result: CommandResult
            do throws(RemoteError) {
                result = try await run(
                    line,
                    input: Array("\(question)\n".utf8),
                    deadline: deadline,
                    outputLimitBytes: 4096
                )
            } catch {
                guard answers.isEmpty else { return answers }
                throw error
            }
            let lines = result.outputText.split(whereSeparator: \.isNewline)
            guard let said = lines.last(where: { $0.hasPrefix("\(question) ") }) else { continue }
            answers.append(
                CommandAnswer(
                    text: String(said.dropFirst(question.count + 1)),
                    sent: result.sent,
                    done: result.done
                )
            )
        }
        return answers
    }
}
