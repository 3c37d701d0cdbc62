import Glibc

/// A lock that ends with its process, however that ends.
///
/// An open file description lock (fcntl_locking(2), `F_OFD_SETLK`): like flock(2) it hangs on the
/// open file and not on the process, and unlike it, it can be looked at without being taken.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock and writes `note` into the file, for whoever finds it held.
    ///
    /// A shared one may be taken by every user of the machine.
    ///
    /// - Throws: where the file can't be opened; returns nil where somebody else holds it.
    package init?(
        _ path: String,
        note: String = "",
        isShared: Bool = false
    ) throws(FileError) {
        // Kept only once it is locked: an object that fails with its property set is released like any
        // other, and its deinit would close the number a second time, whosever it is by then.
        guard let opened = try FileLock.locked(path, isShared: isShared) else { return nil }
        // A full disk takes the note from whoever finds it held, not the lock from us.
        if ftruncate(opened, 0) == 0, !note.isEmpty { FileLock.write(note, to: opened) }
        descriptor = opened
    }

    deinit {
        // Closing isn't enough: a child that is just being started has the open file until its exec.
        var whole = FileLock.whole
        whole.l_type = Int16(F_UNLCK)
        _ = fcntl(descriptor, FileLock.set, &whole)
        close(descriptor)
    }

    /// - Returns: the number of the file that is locked now; nil where somebody else holds it.
    private static func locked(_ path: String, isShared: Bool) throws(FileError) -> Int32? {
        while true {
            let opened = open(path, isShared: isShared)
            guard opened >= 0 else { throw FileError(path, "open") }
            var whole = whole
            guard fcntl(opened, set, &whole) == 0 else {
                let failure = FileError(path, "fcntl")
                close(opened)
                // Held by somebody else.
                if failure.errno == EAGAIN || failure.errno == EACCES { return nil }
                throw failure
            }
            // One that was removed meanwhile keeps nobody out: the next one makes another.
            if isAt(path, opened) { return opened }
            close(opened)
        }
    }

    private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
        var there = stat()
        var here = stat()
        return lstat(path, &there) == 0 && fstat(descriptor, &here) == 0
            && there.st_dev == here.st_dev && there.st_ino == here.st_ino
    }

    /// The note of whoever holds the lock; nil where nobody does, or there is no such file.
    package static func holder(of path: String) throws(FileError) -> String? {
        // Looking needs no right to write, nor a disk that can be written (F_OFD_GETLK).
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError(path, "open")
        }
        defer { close(descriptor) }
        var found = whole
        guard fcntl(descriptor, get, &found) == 0 else { throw FileError(path, "fcntl") }
        guard Int32(found.l_type) != F_UNLCK else { return nil }
        return String(decoding: try Files.readOwned(path, limitBytes: 4096).bytes, as: UTF8.self)
    }

    private static func open(_ path: String, isShared: Bool) -> Int32 {
        guard isShared else { return Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        // In a sticky folder O_CREAT is refused for another's file (proc_sys_fs(5), protected_regular).
        let found = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard found < 0, errno == ENOENT else { return found }
        let made = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if made >= 0 { fchmod(made, 0o666) }
        // Somebody else was quicker.
        if made < 0, errno == EEXIST { return Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) }
        return made
    }

    /// `F_OFD_GETLK` and `F_OFD_SETLK` of Linux's fcntl.h, which shows them to GNU sources only.
    private static let get: Int32 = 36
    private static let set: Int32 = 37

    private static var whole: flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }

    private static func write(_ note: String, to descriptor: Int32) {
        let bytes = Array(note.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
