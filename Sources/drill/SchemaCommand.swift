import ArgumentParser
import DrillModel
import DrillWire

/// `drill schema [KIND]`: the format of the files as JSON Schema, for editors.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of experiments, inventories, runbooks and policies.",
        discussion: """
            An editor with a YAML language server checks and completes files whose first line is
              # yaml-language-server: $schema=drill.schema.json
            where `drill schema > drill.schema.json` has been run beside them.
            """
    )

    @Argument(help: "experiment, inventory, runbook or policy; all in one when left out.")
    var kind: FileKind?

    func run() { Terminal.write(Schema.json(kind)) }
}

extension FileKind: ExpressibleByArgument {}
