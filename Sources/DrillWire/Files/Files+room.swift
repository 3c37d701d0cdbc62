import Glibc

extension Files {
    /// Bytes free for this process, and in all, where a path lies or will lie (statvfs(3)); nil where
    /// nobody can tell.
    package static func room(_ path: String) -> (free: Int64, total: Int64)? {
        var room = statvfs()
        guard statvfs(nearest(path), &room) == 0 else { return nil }
        let size = Int64(room.f_frsize)
        return (Int64(room.f_bavail) * size, Int64(room.f_blocks) * size)
    }

    /// Why files can't be made in a folder, or the folder itself where it isn't there; nil where they
    /// can (access(2), which knows of file systems that are mounted read-only).
    package static func unwritable(_ path: String) -> String? {
        let place = nearest(path)
        guard access(place, W_OK | X_OK) != 0 else {
            return isFolder(place) ? nil : "\(place) is no folder"
        }
        return "\(place): " + String(cString: strerror(errno))
    }

    /// The path itself, or the nearest folder above it that is there.
    private static func nearest(_ path: String) -> String {
        var place = path
        while !exists(place), let slash = place.lastIndex(of: "/") {
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        return place.isEmpty || !exists(place) ? "." : place
    }
}
