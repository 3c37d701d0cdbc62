import ArgumentParser
import DrillModel
import DrillReport

/// Where findings are shown at their lines of the files.
struct AnnotationOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case auto, github, gitlab, none
    }

    @Option(
        help: """
            Mark findings at their lines: github on standard output, gitlab by --codequality; auto is by \
            GITHUB_ACTIONS and GITLAB_CI.
            """
    )
    var annotations = Kind.auto

    @Option(
        help: """
            Write GitLab's code quality report to this file; gl-code-quality-report.json where annotations \
            are for gitlab.
            """,
        completion: .file()
    )
    var codequality: String?

    /// What was asked for, with what the job's environment says.
    struct Wanted {
        var isGitHub: Bool
        var codequality: String?

        func commands(_ findings: [SuiteFinding]) -> String {
            SuiteAnnotations.github(findings) { path($0) }
        }

        func issues(_ findings: [SuiteFinding]) throws -> String {
            try JSONText.of(SuiteAnnotations.gitlab(findings) { path($0) })
        }

        /// As the repository that the job is about calls the file.
        private func path(_ file: String) -> String {
            SuiteAnnotations.path(
                file,
                from: Wiring.workingDirectory,
                root: Wiring.environment["GITHUB_WORKSPACE"] ?? Wiring.environment["CI_PROJECT_DIR"]
            )
        }
    }

    func wanted() -> Wanted {
        let environment = Wiring.environment
        let isGitHub =
            annotations == .github
            || (annotations == .auto && environment["GITHUB_ACTIONS"] == "true")
        let isGitLab =
            annotations == .gitlab || (annotations == .auto && environment["GITLAB_CI"] == "true")
        let path = codequality ?? (isGitLab ? "gl-code-quality-report.json" : nil)
        return Wanted(isGitHub: isGitHub, codequality: path)
    }
}
