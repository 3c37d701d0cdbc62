import DrillField
import Foundation
import Testing

/// A small store over HTTP in a process of its own, by Python's standard library: PUT, GET and DELETE of
/// paths, kept in a folder.
///
/// How it behaves is said by files in that folder: `mode` holds `well`, `error` (500 to every PUT, which
/// it carries out), a status (likewise), `refuse` (403, and does nothing), `hang` (no answer to a PUT, which it carries out),
/// `yes` (200 and a page to every GET), `no-delete` (405).
final class TestStore: Sendable {
    let port: Int
    let folder: String
    private let process: Background

    private static let program = """
        import http.server, os, sys, threading, time
        folder, port = sys.argv[1], int(sys.argv[2])
        def mode():
            with open(folder + '/mode') as f: return f.read().strip()
        class Store(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def log_message(self, *words): pass
            def path_of(self): return folder + '/data/' + self.path.strip('/').replace('/', '_')
            def say(self, status, body=b''):
                self.send_response(status)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def do_PUT(self):
                body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
                now = mode()
                if self.headers.get('X-Key') != 'open sesame': return self.say(401)
                if now == 'refuse': return self.say(403)
                with open(self.path_of() + '.new', 'wb') as f: f.write(body)
                os.rename(self.path_of() + '.new', self.path_of())
                if now == 'hang': return time.sleep(30)
                self.say(500 if now == 'error' else int(now) if now.isdigit() else 201)
            def do_GET(self):
                if mode() == 'yes': return self.say(200, b'welcome to ' + self.path.encode())
                try:
                    with open(self.path_of(), 'rb') as f: self.say(200, f.read())
                except OSError: self.say(404)
            def do_DELETE(self):
                if mode() == 'no-delete': return self.say(405)
                try:
                    os.remove(self.path_of())
                    self.say(204)
                except OSError: self.say(404)
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 128
        Server(('127.0.0.1', port), Store).serve_forever()
        """

    init() async throws {
        port = try freePort()
        folder = try await Background.run("d=$(mktemp -d); mkdir $d/data; echo $d")
            .trimmingCharacters(in: .newlines)
        try Self.program.write(
            toFile: folder + "/store.py",
            atomically: true,
            encoding: .utf8
        )
        try "well".write(toFile: folder + "/mode", atomically: true, encoding: .utf8)
        process = Background("exec python3 \(folder)/store.py \(folder) \(port)")
        let url = "http://127.0.0.1:\(port)/"
        _ = try await Background.run(
            "for i in $(seq 200); do curl -so /dev/null \(url) && exit; sleep 0.05; done; exit 1"
        )
    }

    func become(_ mode: String) throws {
        try mode.write(toFile: folder + "/mode", atomically: true, encoding: .utf8)
    }

    /// What it keeps, by file names: not by the code under test.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/data").sorted()
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: folder + "/data/" + name)
    }

    func end() async throws {
        await process.stop()
        // Told to end, it may still take connections for a moment.
        _ = try await Background.run(
            "for i in $(seq 200); do curl -so /dev/null http://127.0.0.1:\(port)/ || exit 0; sleep 0.05; done; exit 1"
        )
        try FileManager.default.removeItem(atPath: folder)
    }
}
