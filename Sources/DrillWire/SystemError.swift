internal import Glibc

/// What the system calls an error.
package enum SystemError {
    /// `Connection refused`, for what connect(2) and its like left in errno.
    package static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
