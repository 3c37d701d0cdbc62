import Glibc

extension Files {
    /// Reads a file of any size piece by piece, in the memory of one piece.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - sizeBytes: of a piece; the last is shorter.
    ///   - take: gets each piece in its order; it throws to end the reading.
    /// - Throws: `ChunkError.file` where the system won't, `.taker` what `take` threw.
    package static func readChunks<Failure: Error>(
        _ path: String,
        sizeBytes: Int = 1 << 20,
        _ take: ([UInt8]) throws(Failure) -> Void
    ) throws(ChunkError<Failure>) {
        // A pipe that lies there in a file's place has nobody who writes to it (fifo(7)).
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(FileError(path, "open")) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(FileError(path, "fstat")) }
        // A device may never come to an end.
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .file(FileError(path: path, call: "read", errno: EINVAL))
        }
        while true {
            var failure: Int32?
            let chunk = [UInt8](unsafeUninitializedCapacity: sizeBytes) { buffer, count in
                let read = Glibc.read(descriptor, buffer.baseAddress, sizeBytes)
                if read < 0 { failure = errno }
                count = max(0, read)
            }
            if let failure {
                if failure == EINTR { continue }
                throw .file(FileError(path: path, call: "read", errno: failure))
            }
            if chunk.isEmpty { return }
            do throws(Failure) {
                try take(chunk)
            } catch {
                throw .taker(error)
            }
        }
    }
}

/// What ended the reading of a file: the system, or whoever took its pieces.
package enum ChunkError<Taker: Error>: Error {
    case file(FileError)
    case taker(Taker)
}

extension Files {
    /// How long a file is; nil where there is none, or nobody may know.
    package static func sizeBytes(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
