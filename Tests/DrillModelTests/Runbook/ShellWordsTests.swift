import Testing

@testable import DrillModel

/// What is told of a shell script without running it: better nothing than a tool that it doesn't need.
@Suite struct ShellWordsTests {
    struct Case: Sendable {
        var script: String
        /// Nil where nothing can be told.
        var commands: [String]?
        var reads: [String]

        init(_ script: String, _ commands: [String]?, reads: [String] = []) {
            self.script = script
            self.commands = commands
            self.reads = reads
        }
    }

    @Test(arguments: [
        Case(
            "psql -c 'select 1; drop' | sort && jq . ; id\nls",
            ["psql", "sort", "jq", "id", "ls"]
        ),
        Case("A=1 B='x y' psql", ["psql"]),
        Case("A=1; B=$(date)", []),
        Case("$TOOL x; \"$y\" z; ~/bin/t; /opt/*/t", ["?", "?", "?", "?"]),
        Case("psql \"$(pg_config --x)\" ${a:-(} | wc", ["psql", "wc"]),
        Case("psql \"$(pg_config --x)\" | wc", ["psql", "wc"]),
        Case("(cd /x; tar x) 2>&1 >/dev/null", ["cd", "tar"]),
        Case("{ tar x; } 2>/x <&3 <in", ["tar"], reads: ["in"]),
        Case(
            "sort </etc/a 3</etc/b >/etc/c >>/etc/d <>/etc/e",
            ["sort"],
            reads: ["/etc/a", "/etc/b"]
        ),
        Case("sort < \"$x\"", ["sort"]),
        Case("for f in a b; do gzip $f; done", ["gzip"]),
        Case("while ! pg_isready; do sleep 1; done; id", ["pg_isready", "sleep", "id"]),
        Case("if pg_isready; then a; b; else c <x; fi; id", ["pg_isready", "id"]),
        Case("if a; then if b; then c; fi; d; fi; e", ["a", "e"]),
        Case("[ -x /a ] && /a; id", ["[", "id"]),
        Case("test -x /a || /a && b; id", ["id"]),
        Case("test -x /a && { b; c; }; id", ["test", "id"]),
        Case("podman ps || docker ps; id", ["docker", "id"]),
        Case("podman ps ||\n  docker ps", ["docker"]),
        Case("pg_isready || exit 1", ["pg_isready", "exit"]),
        Case("cat </etc/x || true; sort </etc/y", ["true", "sort"], reads: ["/etc/y"]),
        Case("a </etc/x || : || b", ["b"]),
        Case("a </etc/x || exit 1", ["a", "exit"], reads: ["/etc/x"]),
        Case("a & b |& c", ["a", "b", "c"]),
        Case("a &> /dev/null b", nil),
        Case("# psql\nid # jq", ["id"]),
        Case("a \\\n  b\\ c; 'my tool' x", ["a", "my tool"]),
        Case("cat <<END\npsql\nEND", nil),
        Case("cat <<<x", nil),
        Case("f() { psql; }; f", nil),
        Case("f () { psql; }; f", nil),
        Case("case $1 in a) psql;; esac", nil),
        Case("a; `b`", nil),
        Case("a 'b", nil),
        Case("a; fi", nil),
        Case("", []),
    ])
    func told(_ told: Case) {
        let words = ShellWords(told.script)
        #expect(words?.commands.map { ($0.first ?? nil) ?? "?" } == told.commands, "\(told.script)")
        if told.commands != nil { #expect(words?.reads == told.reads, "\(told.script)") }
    }

    @Test(arguments: [
        ("command -v jq >/dev/null || exit 1; jq .", ["jq"], false),
        ("which -a a b; psql", ["a", "b"], false),
        ("PATH=/opt/x:$PATH; psql", [], true),
        ("export PATH=/opt/x; psql", [], true),
        (". /etc/profile; psql", [], true),
        ("eval x; psql", [], true),
        ("MYPATH=/x psql", [], false),
    ])
    func names(_ script: String, _ lookedFor: [String], _ definesNames: Bool) throws {
        let words = try #require(ShellWords(script))
        #expect(words.lookedFor == Set(lookedFor))
        #expect(words.definesNames == definesNames)
    }
}
