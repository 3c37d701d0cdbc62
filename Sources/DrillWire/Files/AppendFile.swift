import Glibc
import Synchronization

/// A system call that failed on a file: which, on what, and what the system said.
package struct FileError: Error, Hashable, Sendable {
    package var path: String
    package var call: String
    package var errno: Int32

    package var message: String {
        "\(path): \(call) failed: \(reason)"
    }

    /// With what the system just said.
    init(_ path: String, _ call: String) {
        self.init(path: path, call: call, errno: Glibc.errno)
    }

    init(path: String, call: String, errno: Int32) {
        self.path = path
        self.call = call
        self.errno = errno
    }

    /// Whether there is no such file or folder.
    package var isAbsence: Bool { errno == ENOENT }

    /// Whether something else is there already.
    package var isPresence: Bool { errno == EEXIST }

    /// The system's words alone: `No space left on device`.
    package var reason: String { String(cString: strerror(errno)) }
}

/// A file that is only ever appended to, readable by its owner alone.
package final class AppendFile: Sendable {
    package let path: String
    private let descriptor: Mutex<Int32>

    /// Opens it, or makes it.
    ///
    /// `isMending` cuts off a torn last line, which a crash left, so that what is appended stands on a
    /// line of its own. `isNew` refuses what is there already, a link too: in a folder that others may
    /// write to, somebody could have put one there.
    package init(
        _ path: String,
        isMending: Bool = false,
        isNew: Bool = false
    ) throws(FileError) {
        if isMending, Files.exists(path) {
            let content = try Files.read(path)
            let whole = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            if whole < content.count, truncate(path, off_t(whole)) != 0 {
                throw FileError(path, "truncate")
            }
        }
        let opened = open(
            path,
            O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : 0),
            0o600
        )
        guard opened >= 0 else { throw FileError(path, "open") }
        self.path = path
        descriptor = Mutex(opened)
    }

    deinit { descriptor.withLock { _ = Glibc.close($0) } }

    /// Writes all bytes, or none and throws.
    ///
    /// What a full disk let through is taken back: the next line must not go on where a torn one ended.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        let failure: FileError? = descriptor.withLock { descriptor in
            var offset = 0
            defer {
                if offset > 0, offset < bytes.count {
                    let end = lseek(descriptor, 0, SEEK_END)
                    // Where even that fails a newline would not go in, either; opening it mends it.
                    if end >= off_t(offset) { _ = ftruncate(descriptor, end - off_t(offset)) }
                }
            }
            while offset < bytes.count {
                let written = bytes.withUnsafeBytes { buffer in
                    write(
                        descriptor,
                        buffer.baseAddress?.advanced(by: offset),
                        bytes.count - offset
                    )
                }
                if written < 0 {
                    if Glibc.errno == EINTR { continue }
                    return FileError(path, "write")
                }
                offset += written
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// Returns when everything appended is on the disk (fsync(2)).
    package func synchronise() throws(FileError) {
        let failure = descriptor.withLock { fsync($0) == 0 ? nil : FileError(path, "fsync") }
        if let failure { throw failure }
    }
}

/// Whole files and folders, each call complete or not at all.
package enum Files {
    /// Makes a folder and those above it, only for its owner; content when it is there.
    package static func makeFolder(_ path: String) throws(FileError) {
        if mkdir(path, 0o700) == 0 { return synchroniseFolder(of: path) }
        if errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileError(path, "mkdir")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError(path, "mkdir") }
        synchroniseFolder(of: path)
    }

    /// Takes from others what a folder of ours lets them do; one of somebody else's stays as it is.
    package static func keepPrivate(_ path: String) throws(FileError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(path, "stat") }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 != 0 else { return }
        guard chmod(path, 0o700) == 0 else { throw FileError(path, "chmod") }
    }

    /// Writes a file whole: into a new one beside it, fsynced, then renamed over it, so that a reader
    /// sees the old or the new content and never a part.
    package static func replace(
        _ path: String,
        with bytes: [UInt8],
        mode: UInt32 = 0o600
    ) throws(FileError) {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        do {
            let file = try AppendFile(temporary, isNew: true)
            try file.append(bytes)
            try file.synchronise()
        } catch {
            unlink(temporary)
            throw error
        }
        chmod(temporary, mode)
        guard rename(temporary, path) == 0 else {
            let failure = FileError(path, "rename")
            unlink(temporary)
            throw failure
        }
        synchroniseFolder(of: path)
    }

    /// A name is on the disk only when its folder is (fsync(2), notes).
    private static func synchroniseFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor >= 0 {
            fsync(descriptor)
            close(descriptor)
        }
    }

    /// Removes a file.
    ///
    /// - Returns: false where there is none.
    package static func remove(_ path: String) throws(FileError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT else { throw FileError(path, "unlink") }
        return false
    }

    /// The names in a folder, sorted.
    package static func list(_ path: String) throws(FileError) -> [String] {
        guard let folder = opendir(path) else { throw FileError(path, "opendir") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Nanoseconds since 1970; nil where there is no such file.
    package static func modifiedNs(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
