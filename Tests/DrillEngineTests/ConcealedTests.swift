import DrillModel
import Testing

@testable import DrillEngine

/// What is recorded of output that has secrets in it.
@Suite struct ConcealedTests {
    static let secret = #"it's <a> "b" & c/d\e+f ü😀"#

    private static func concealed(_ secrets: [(String, String)]) -> Concealed {
        let concealed = Concealed()
        for (name, value) in secrets { concealed.note(value, of: .environment(name)) }
        return concealed
    }

    /// Each made by the tool that it names.
    @Test(
        "a secret that a tool has quoted, escaped or encoded",
        arguments: [
            ("as it is", secret),
            ("bash: set -x", #"it'\''s <a> "b" & c/d\e+f ü😀"#),
            ("dash: set -x", #"it'"'"'s <a> "b" & c/d\e+f ü😀"#),
            ("bash: printf %q", #"it\'s\ \<a\>\ \"b\"\ \&\ c/d\\e+f\ ü😀"#),
            (
                "ls --quoting-style=shell-escape, LC_ALL=C",
                #"it'\''s <a> "b" & c/d\e+f '$'\303\274\360\237\230\200"#
            ),
            ("in double quotes", #"it's <a> \"b\" & c/d\\e+f ü😀"#),
            ("jq", #"it's <a> \"b\" & c/d\\e+f ü😀"#),
            (
                "python3: json.dumps",
                #"it's <a> \"b\" & c/d\\e+f \u00fc\ud83d\ude00"#
            ),
            (
                "PHP: json_encode, upper hex",
                #"it\u0027s \u003Ca\u003E \"b\" \u0026 c\/d\\e+f \u00FC\uD83D\uDE00"#
            ),
            (
                "python3: repr of bytes",
                #"it\'s <a> "b" & c/d\\e+f \xc3\xbc\xf0\x9f\x98\x80"#
            ),
            (
                "python3: urllib.parse.quote",
                "it%27s%20%3Ca%3E%20%22b%22%20%26%20c/d%5Ce%2Bf%20%C3%BC%F0%9F%98%80"
            ),
            (
                "a form, lower hex",
                "it%27s+%3ca%3e+%22b%22+%26+c%2fd%5ce%2bf+%c3%bc%f0%9f%98%80"
            ),
            (
                "python3: html.escape",
                #"it&#x27;s &lt;a&gt; &quot;b&quot; &amp; c/d\e+f ü😀"#
            ),
            (
                "Go: html.EscapeString",
                #"it&#39;s &lt;a&gt; &#34;b&#34; &amp; c/d\e+f ü😀"#
            ),
            ("XML", #"it&apos;s &lt;a&gt; &quot;b&quot; &amp; c/d\e+f &#xfc;&#128512;"#),
            ("SQL", #"it''s <a> "b" & c/d\e+f ü😀"#),
            ("CSV", #"it's <a> ""b"" & c/d\e+f ü😀"#),
            ("base64", "aXQncyA8YT4gImIiICYgYy9kXGUrZiDDvPCfmIA="),
            ("base64 without padding", "aXQncyA8YT4gImIiICYgYy9kXGUrZiDDvPCfmIA"),
        ]
    )
    func spelt(_ how: String, _ text: String) {
        let concealed = Self.concealed([("TOKEN", Self.secret)])
        #expect(concealed.shown("+ say 'a=\(text)';") == "+ say 'a=${env:TOKEN}';", "\(how)")
        #expect(concealed.isIn(text))
    }

    @Test("both alphabets of base64")
    func alphabets() {
        let concealed = Self.concealed([("TOKEN", "??>>~~")])
        #expect(concealed.shown("Pz8+Pn5+ Pz8-Pn5-") == "${env:TOKEN} ${env:TOKEN}")
    }

    @Test("what merely resembles a secret, or is too short for one, is left as it is")
    func others() {
        let concealed = Self.concealed([("TOKEN", "it's-Secret7"), ("SHORT", "x'")])
        for text in ["", "its-Secret7", #"it'\'s-Secret7"#, "it%2s-Secret7", "x'", "it's-Secret"] {
            #expect(concealed.shown(text) == text)
            #expect(!concealed.isIn(text))
        }
    }

    @Test("secrets in one another and beside one another")
    func several() {
        let concealed = Self.concealed([
            ("A", "abc"), ("LONG", "xabcdef"), ("NEXT", "defgh"), ("NAME", "env"),
        ])
        #expect(concealed.shown("xabcdef") == "${env:LONG}")
        #expect(concealed.shown("abc abcabc") == "${env:A} ${env:A}${env:A}")
        #expect(concealed.shown("xabcdefgh!") == "${env:LONG}!", "nothing of either is left")
        #expect(concealed.shown("env") == "${env:NAME}", "not once more in its own name")
    }
}
