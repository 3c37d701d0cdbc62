/// The questions of a check as one script for a host, and its answers.
///
/// It only looks: at the PATH, at names and first lines of files, at what parses, and at what sudo would allow.
package enum RunbookScript {
    package enum Answer: Hashable, Sendable {
        case yes
        case no
        /// With what was said.
        case bad(String)
        /// It couldn't be seen.
        case unknown
    }

    package static let line = "exec sh -s"

    package static func script(_ questions: [RunbookInquiry.Question]) -> String {
        let lines = questions.enumerated().map { index, question in
            "say \(index) \"$(\(call(question.kind)))\""
        }
        return body + lines.joined(separator: "\n") + "\necho 'drill-check end'\n"
    }

    /// By question; one without an answer isn't there.
    ///
    /// - Returns: nil where the script didn't come to its end.
    package static func read(_ output: String) -> [Int: Answer]? {
        var answers: [Int: Answer] = [:]
        for line in output.split(separator: "\n") where line.hasPrefix("drill-check ") {
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            if words.count == 2, words[1] == "end" { return answers }
            guard words.count >= 3, let number = Int(words[1]) else { continue }
            let rest = words.count > 3 ? String(words[3]) : ""
            switch words[2] {
            case "yes": answers[number] = .yes
            case "no": answers[number] = .no
            case "bad": answers[number] = .bad(rest)
            default: answers[number] = .unknown
            }
        }
        return nil
    }

    private static func call(_ kind: RunbookInquiry.Question.Kind) -> String {
        switch kind {
        case .tool(let name): "tool \(Shell.quoted(name))"
        case .file(let path): "there \(Shell.quoted(path))"
        case .script(let interpreter, let path):
            "given \(Shell.quoted(interpreter)) \(Shell.quoted(path))"
        case .parses(let script, let bySh):
            "parses \(bySh ? "sh" : "\"${SHELL:-sh}\"") \(Shell.quoted(script))"
        case .mayRun(let words):
            "may " + words.map(Shell.quoted).joined(separator: " ")
        }
    }

    private static let body = #"""
        LC_ALL=C; export LC_ALL
        say() {
          printf 'drill-check %s %s\n' "$1" "$(printf %s "${2:-unknown}" | tr '\n\r' '  ' | cut -c1-400)"
        }
        there() {
          if [ -e "$1" ]; then echo yes; return; fi
          d=$1
          while [ "$d" != / ] && [ "$d" != . ]; do
            d=$(dirname "$d")
            if [ -e "$d" ]; then break; fi
          done
          if [ -d "$d" ] && [ -x "$d" ]; then echo no; else echo unknown; fi
        }
        sound() {
          out=$("$@" 2>&1 </dev/null) && echo yes || echo "bad $out"
        }
        python() {
          command -v python3 >/dev/null 2>&1 || { echo yes; return; }
          out=$(python3 -c 'import ast, sys
        try: ast.parse(open(sys.argv[1]).read())
        except SyntaxError as e: sys.exit("line %s: %s" % (e.lineno, e.msg))' "$1" 2>&1) &&
            echo yes || echo "bad $(printf %s "$out" | tail -n 1)"
        }
        first() {
          [ -f "$1" ] && [ -r "$1" ] || { echo yes; return; }
          line=$(head -c 200 "$1" 2>/dev/null | tr -d '\000' | head -n 1)
          case $line in
          '#!'*)
            by=$(printf %s "${line#??}" | sed 's/^[[:space:]]*//; s/[[:space:]].*//')
            case $by in
            /*) [ -e "$by" ] || { echo "bad its interpreter $by is not there"; return; };;
            esac;;
          esac
          case $line in
          '#!'*python3*) python "$1";;
          '#!'*bash*) if command -v bash >/dev/null 2>&1; then sound bash -n "$1"; else echo yes; fi;;
          '#!'*/sh | '#!'*/sh\ * | '#!'*\ sh | '#!'*dash*) sound sh -n "$1";;
          *) echo yes;;
          esac
        }
        program() {
          case $(ls -ldL "$1" 2>/dev/null | cut -c 1-10) in
          d*) echo 'bad it is a folder';;
          ???*[xst]* | '') echo yes;;
          *) echo 'bad it is there, and is no program';;
          esac
        }
        tool() {
          p=$(PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" 2>/dev/null)
          if [ -z "$p" ]; then
            case $1 in
            */*) if [ -e "$1" ]; then program "$1"; else there "$1"; fi;;
            *) echo no;;
            esac
            return
          fi
          case $1 in */*) [ "$(program "$1")" = yes ] || { program "$1"; return; };; esac
          case $p in */*) first "$p";; *) echo yes;; esac
        }
        given() {
          seen=$(there "$2")
          [ "$seen" = yes ] && [ -r "$2" ] || { echo "$seen"; return; }
          case $1 in
          python3) python "$2";;
          *) if command -v "$1" >/dev/null 2>&1; then sound "$1" -n "$2"; else echo yes; fi;;
          esac
        }
        parses() {
          f=$1
          case ${f##*/} in sh | bash | dash | ash | ksh | mksh | zsh) ;; *) echo yes; return;; esac
          command -v "$f" >/dev/null 2>&1 || f=sh
          out=$(printf '%s\n' "$2" | "$f" -n 2>&1) && echo yes || echo "bad $out"
        }
        may() {
          if [ "$(id -u)" = 0 ]; then echo yes; return; fi
          command -v sudo >/dev/null 2>&1 || { echo 'bad there is no sudo'; return; }
          out=$(sudo -n -l -- "$@" 2>&1 </dev/null) && echo yes || echo "bad $out"
        }

        """#
}
