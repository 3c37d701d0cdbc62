import Glibc

/// Files that a person asked for by name (`--junit`, `--output`), wherever they are.
extension Files {
    /// Whether `deliver` could write there, found out by trying; nothing is left behind.
    package static func checkDelivery(to path: String) throws(FileError) {
        switch try place(path) {
        case .file(let whole):
            let trial = "\(whole).\(getpid()).new"
            do {
                let file = try AppendFile(trial, isNew: true)
                try file.append([UInt8(ascii: "\n")])
                unlink(trial)
            } catch {
                unlink(trial)
                throw FileError(path: path, call: error.call, errno: error.errno)
            }
        case .other:
            // Not opened: a pipe's reader would take that for the end of what it waits for.
            guard access(path, W_OK) == 0 else { throw FileError(path, "access") }
        }
    }

    /// Writes a file whole; what is no file (`/dev/stdout`, a pipe) is written to as it is.
    package static func deliver(_ bytes: [UInt8], to path: String) throws(FileError) {
        switch try place(path) {
        case .file(let whole): try replace(whole, with: bytes, mode: 0o644)
        case .other:
            // A pipe that nobody reads would hold up whoever opens it.
            let open = Glibc.open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            guard open >= 0 else { throw FileError(path, "open") }
            defer { close(open) }
            try AppendFile(path).append(bytes)
        }
    }

    private enum Place {
        /// The name behind all links: a link is to stay one.
        case file(String)
        case other
    }

    private static func place(_ path: String) throws(FileError) -> Place {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT, !path.isEmpty else { throw FileError(path, "stat") }
            return .file(path)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            errno = EISDIR
            throw FileError(path, "open")
        case S_IFREG: return .file(realPath(path))
        default: return .other
        }
    }
}
