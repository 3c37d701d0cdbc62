import Glibc

/// A lock that ends with its process, however that ends (flock(2)).
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// - Throws: where the file can't be opened; returns nil where somebody else holds it.
    package init?(_ path: String) throws(FileError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(path, "open") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }
}
