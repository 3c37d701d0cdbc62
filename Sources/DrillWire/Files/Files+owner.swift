package import Glibc

/// Who may change a file or a folder.
package struct FileOwner: Hashable, Sendable {
    package var user: uid_t
    package var mode: mode_t

    package init(user: uid_t, mode: mode_t) {
        self.user = user
        self.mode = mode
    }

    /// Whether others than its owner may write: where there are access lists, the group's bits are the most
    /// that any of them gives (acl(5)).
    package var isOthersToo: Bool { mode & (S_IWGRP | S_IWOTH) != 0 }
}

extension Files {
    /// Of what the path leads to.
    package static func owner(of path: String) throws(FileError) -> FileOwner {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(path, "stat") }
        return FileOwner(user: status.st_uid, mode: status.st_mode)
    }

    /// Reads a regular file and says whose it is, both of the very file that was opened; no link is
    /// followed (ELOOP), and nothing is waited for.
    package static func readOwned(
        _ path: String,
        limitBytes: Int
    ) throws(FileError) -> (bytes: [UInt8], owner: FileOwner) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(path, "open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path, "fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(path: path, call: "read", errno: EINVAL)
        }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, "read") }
            if count == 0 { break }
            content += chunk[..<count]
            guard content.count <= limitBytes else {
                throw FileError(path: path, call: "read", errno: EFBIG)
            }
        }
        return (content, FileOwner(user: status.st_uid, mode: status.st_mode))
    }

    /// Without links and `..`; the path as it is where there is no such file.
    package static func realPath(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }
}
