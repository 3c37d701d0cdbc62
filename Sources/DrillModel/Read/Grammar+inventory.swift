extension Grammar {
    static let inventory: [Key] = [
        Key("inventory", .word, required: true, "The name of the system."),
        Key("environment", .word, "`production` asks for a typed confirmation before a run."),
        Key("ssh", .mapping(ssh), "How hosts are reached that don't say otherwise."),
        Key("vars", .named(.word), "Variables and their defaults, for `${name}`."),
        Key("ansible", .mapping(ansible), "An Ansible inventory that hosts are taken from."),
        Key("regions", .named(.mapping(region)), "Regions, which hold zones, which hold hosts."),
        Key("hosts", .named(.mapping(host)), "Hosts of no region: what watches and routes."),
    ]

    static let region: [Key] = [
        Key(
            "zones",
            .named(.named(.mapping(host))),
            required: true,
            "Its zones, each a mapping of hosts."
        )
    ]

    static let ssh: [Key] =
        ways + [
            Key(
                "known-hosts",
                .word,
                "A known_hosts file of its own; beside the inventory unless absolute."
            )
        ]

    static let host: [Key] =
        [
            Key("address", .word, "The name or address that it is reached by."),
            Key("roles", .oneOrMore(.word), "What it does; selectors choose by it."),
            Key("container", .word, "Its name in the container engine."),
            Key("local", .boolean, "true: the controller itself; commands run without SSH."),
            Key("protect", .boolean, "true: no fault may touch it."),
            Key(
                "power",
                .mapping(power),
                "Commands, run on the controller, that power it off and on."
            ),
        ] + ways

    /// How a host is reached over SSH.
    private static let ways: [Key] = [
        Key("user", .word, "The login user."),
        Key("port", .integer(1...65_535), "The port of its sshd."),
        Key("key", .word, "A private key; beside the inventory unless absolute or below ~."),
        Key("jump", .word, "The way there: another host of the inventory, or USER@ADDRESS:PORT."),
        Key(
            "transport",
            .oneOf(Host.Transport.allCases.map(\.rawValue)),
            "Which SSH; auto unless said otherwise."
        ),
    ]

    static let power: [Key] = [
        Key("off", .command, required: true, "Powers it off."),
        Key("on", .command, required: true, "Powers it on."),
        Key("state", .command, required: true, "Prints `on` or `off`."),
    ]
}
