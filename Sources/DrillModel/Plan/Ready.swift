/// What a host says that holds a command ready, or is ready to be asked, and what it is told.
package enum Ready {
    package static let line = "drill-ready"
    package static let word = "fire"
}
