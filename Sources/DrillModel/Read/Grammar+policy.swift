extension Grammar {
    static let policy: [Key] = [
        Key("policy", .word, required: true, "The name of the policy."),
        Key("about", .word, "Whose it is and why, for people."),
        Key("run", .oneOf(["allowed", "forbidden"]), "forbidden: no run may be started here."),
        Key("faults", .mapping(choice("fault", .faultName)), "Which faults runs may use."),
        Key(
            "inventories",
            .mapping(choice("inventory", .word)),
            "Which inventories runs may use: by name, or by path where there is a `/` in it."
        ),
        Key("guards", .mapping(policyGuards), "Limits that no experiment may go beyond."),
        Key("lease", .mapping(policyLease), "Limits on leases."),
    ]

    private static func choice(_ what: String, _ type: KeyType) -> [Key] {
        [
            Key("forbid", .oneOrMore(type), "No \(what) of these."),
            Key("only", .oneOrMore(type), "No other \(what) than these."),
        ]
    }

    private static let policyGuards: [Key] = [
        Key(
            "blast-radius",
            .share,
            "The most of the hosts in regions that any plan may touch, whatever its file says."
        ),
        Key("longest", .span, "Every run is stopped after this long at the latest."),
        Key(
            "windows",
            .mapping(windows),
            "When runs may go on; the windows of the experiment must hold too."
        ),
        Key(
            "confirm",
            .oneOrMore(.word),
            "The environments of inventories whose runs must be confirmed, beside production; `always` for every run."
        ),
        Key(
            "protect",
            .oneOrMore(.mapping(policyProtect)),
            "Hosts that no fault may touch, whatever the inventory says of them."
        ),
        Key(
            "stop-when",
            .oneOf(["required"]),
            "required: a run with faults must have a stop condition."
        ),
    ]

    static let policyProtect: [Key] = [
        Key("region", .oneOrMore(.word), "The hosts of this region; of several: of any of them."),
        Key("zone", .oneOrMore(.word), "The hosts of this zone, written REGION/ZONE."),
        Key("role", .oneOrMore(.word), "The hosts that have this role."),
        Key("host", .oneOrMore(.word), "The host of this name."),
        Key("address", .oneOrMore(.word), "The host that the inventory gives this address."),
        Key("container", .oneOrMore(.word), "The host whose container has this name."),
    ]

    private static let policyLease: [Key] = [
        Key("longest", .span, "No target waits longer for the controller than this.")
    ]

    // MARK: Windows, of experiments too

    static let windows: [Key] = [
        Key(
            "zone",
            .zone,
            "The zone of the times and days that name none, as `Europe/Berlin`; where it is left out, that of those which do, else UTC."
        ),
        Key(
            "allow",
            .oneOrMore(.window),
            "When a run may go on, as `Mon-Thu 10:00-16:00 Europe/Berlin`; always unless said otherwise."
        ),
        Key(
            "freeze",
            .oneOrMore(.window),
            "When it may not, as `2026-12-20/2027-01-04` (both days included) or `Fri 12:00-24:00`; outranks `allow`."
        ),
    ]
}
