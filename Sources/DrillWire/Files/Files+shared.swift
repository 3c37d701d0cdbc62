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
        if mkdir(path, 0o777) == 0 {
            // Not left to the umask of whoever comes first.
            guard chmod(path, 0o1777) == 0 else { throw FileError(path, "chmod") }
            return
        }
        guard errno == EEXIST else { throw FileError(path, "mkdir") }
        guard isEverybodys(path) else {
            throw FileError(path: path, call: "mkdir", errno: EEXIST)
        }
    }
}
