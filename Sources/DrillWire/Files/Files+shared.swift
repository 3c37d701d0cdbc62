import Glibc

/// What all users of a machine share.
extension Files {
    /// Whether it is a folder in which everybody may make files, and nobody remove another's
    /// (the sticky bit, inode(7)).
    package static func isEverybodys(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_mode & 0o1777 == 0o1777
    }

    /// Makes a folder that is everybody's, where there is none.
    package static func makeSharedFolder(_ path: String) throws(FileError) {
        if isEverybodys(path) { return }
        // Under its own name only once it is everybody's: another run may look at any moment.
        let new = "\(path).\(getpid())"
        // What an earlier process of this number left; whatever else is there must not be touched.
        rmdir(new)
        guard mkdir(new, 0o700) == 0 else { throw FileError(new, "mkdir") }
        guard chmod(new, 0o1777) == 0 else { throw FileError(new, "chmod") }
        if rename(new, path) == 0 { return }
        let failure = errno
        rmdir(new)
        // Somebody else was quicker, and has made files in it already.
        guard isEverybodys(path) else {
            let isThere = [EEXIST, ENOTEMPTY, ENOTDIR].contains(failure)
            throw FileError(path: path, call: "rename", errno: isThere ? EEXIST : failure)
        }
    }
}
