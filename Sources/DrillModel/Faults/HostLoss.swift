/// How a whole host is lost; `fail-zone` and `fail-region` map it over their hosts.
package enum HostLoss {
    package enum Way: String, Hashable, Sendable, CaseIterable {
        case kill, pause, network
    }

    static let keys = [
        Key(
            "by",
            .oneOf(Way.allCases.map(\.rawValue)),
            "How each host is lost: `kill` (the default), `pause` or `network`."
        )
    ]

    static func way(_ step: FaultStep) -> Way {
        step.values.word("by").flatMap(Way.init(rawValue:)) ?? .kill
    }

    static func needs(_ way: Way, on host: Host) -> [Need] {
        if host.container != nil { return [.container] }
        return switch way {
        case .kill: [.power]
        // A whole machine can't be paused.
        case .pause: [.container]
        case .network: Partition.needs
        }
    }

    /// A container loses its networks instead.
    static func cut(_ way: Way, on host: Host) -> Partition.Cut? {
        way == .network && host.container == nil ? .everyone : nil
    }

    static func procedure(
        _ way: Way,
        _ step: FaultStep,
        on host: Host,
        in scene: Scene
    ) throws(Problems) -> Procedure {
        if let container = host.container {
            return try self.container(way, named: container, host: host)
        }
        switch way {
        case .kill:
            guard let power = host.power else {
                throw problem(
                    step,
                    "\(host.name) is no container and nothing is known of its power: "
                        + "drill can't kill it",
                    fix: "give `power: {off:, on:, state:}` for \(host.name) in the inventory, "
                        + "or use `by: network`"
                )
            }
            return powerCut(host, power)
        case .pause:
            throw problem(
                step,
                "\(host.name) is no container: a whole machine can't be paused",
                fix: "use `by: network`, or `pause-process` on what it serves with"
            )
        case .network:
            return try Partition.procedure(step, on: host, in: scene, cut: .everyone)
        }
    }

    static func containerName(of host: Host, _ step: FaultStep) throws(Problems) -> String {
        guard let container = host.container else {
            throw problem(
                step,
                "\(host.name) is no container",
                fix: "give its `container:` in the inventory"
            )
        }
        return container
    }

    private static func problem(_ step: FaultStep, _ message: String, fix: String) -> Problems {
        let position = step.values.positions["by"] ?? step.target.position
        return Problems([Problem("\(step.fault): \(message)", at: position, fix: fix)])
    }
}

extension HostLoss {
    /// Loses a container through its engine; one that wasn't running before is left as it was.
    static func container(
        _ way: Way,
        named container: String,
        host: Host
    ) throws(Problems) -> Procedure {
        let wasRunning = Action.When.saved("state", isOneOf: ["running"])
        let wasNot = Action.When.savedNot("state", isOneOf: ["running"])
        let state = Action.Verb.container(container, .state)
        let networks = Action.Verb.container(container, .networks)
        let dark = Action(
            "see that \(container), down before, still is",
            state,
            expect: .outputNot(["running"]),
            within: .seconds(10),
            when: wasNot
        )
        let restored = Action(
            "see that \(container) is as it was",
            state,
            expect: .outputSaved("state"),
            within: .seconds(30)
        )
        var procedure = Procedure(
            target: host.name,
            capture: [
                Action(
                    "see which container \(container) is",
                    .container(container, .id),
                    saves: Action.idName
                ),
                Action("see how \(container) is", state, saves: "state"),
            ],
            inject: [],
            effective: [],
            undo: [],
            settled: [restored],
            healing: .controller(why: "\(container) can't undo it from inside")
        )

        func act(_ what: String, _ verb: ContainerVerb) -> Action {
            Action(
                what,
                .container(container, verb),
                timeout: .seconds(30),
                when: wasRunning
            )
        }
        func look(_ what: String, _ verb: Action.Verb, _ expect: [String]) -> Action {
            Action(
                what,
                verb,
                expect: .output(expect),
                within: .seconds(10),
                when: wasRunning
            )
        }
        switch way {
        case .kill:
            procedure.inject = [act("kill container \(container)", .kill(signal: "KILL"))]
            procedure.effective = [
                look("see that \(container) has exited", state, ["exited", "dead"]), dark,
            ]
            procedure.undo = [act("start container \(container)", .start)]
        case .pause:
            procedure.inject = [act("pause container \(container)", .pause)]
            procedure.effective = [
                look("see that \(container) is paused", state, ["paused"]), dark,
            ]
            procedure.undo = [act("unpause container \(container)", .unpause)]
        case .network:
            procedure.capture.append(
                Action("save the networks of \(container)", networks, saves: "networks")
            )
            procedure.inject = [act("cut \(container) from its networks", .disconnect)]
            procedure.effective = [
                look("see that \(container) is on no network", networks, ["[]"]), dark,
            ]
            procedure.undo = [
                act("connect \(container) to its networks", .connect(saved: .saved("networks")))
            ]
            procedure.settled.append(
                Action(
                    "see that \(container) is on its networks",
                    networks,
                    expect: .outputSaved("networks"),
                    within: .seconds(10)
                )
            )
            if let address = host.address { procedure.add(connections(to: host, at: address)) }
        }
        return procedure
    }

    /// Whether connections to a host come through from here.
    ///
    /// That the engine took its networks away is no proof that nothing reaches it any more. What didn't
    /// come through before proves nothing.
    private static func connections(
        to host: Host,
        at address: String
    ) -> (capture: Action, effective: Action, settled: Action) {
        let saved = "reached"
        func look(_ what: String, _ look: Partition.Sights.Look, _ at: Text) -> Action {
            var action = Partition.Sights.look(what, from: Action.controller, look, [at])
            action.when = look == .open ? nil : .savedNot(saved, isOneOf: [""])
            action.saves = look == .open ? saved : nil
            return action
        }
        let at = Text("\(address),\(host.port ?? 22)")
        return (
            look("see whether drill reaches \(host.name)", .open, at),
            look("see that drill reaches \(host.name) no more", .none, .saved(saved)),
            look("see that drill reaches \(host.name) again", .all, .saved(saved))
        )
    }

    /// Loses a machine through commands on the controller that can power it.
    private static func powerCut(_ host: Host, _ power: Host.Power) -> Procedure {
        let wasOn = Action.When.saved("power", isOneOf: ["on"])
        func run(_ command: Command) -> Action.Verb {
            .command(host: Action.controller, command)
        }
        return Procedure(
            target: host.name,
            capture: [
                Action(
                    "see whether \(host.name) has power",
                    run(power.state),
                    expect: .output(["on", "off"]),
                    saves: "power",
                    timeout: .seconds(30)
                )
            ],
            inject: [
                Action(
                    "power off \(host.name)",
                    run(power.off),
                    timeout: .seconds(60),
                    when: wasOn
                )
            ],
            effective: [
                Action(
                    "see that \(host.name) has no power",
                    run(power.state),
                    expect: .output(["off"]),
                    timeout: .seconds(30),
                    within: .seconds(60)
                )
            ],
            undo: [
                Action("power on \(host.name)", run(power.on), timeout: .seconds(60), when: wasOn)
            ],
            settled: [
                Action(
                    "see that \(host.name) has power as before",
                    run(power.state),
                    expect: .outputSaved("power"),
                    timeout: .seconds(30),
                    within: .seconds(60)
                )
            ],
            healing: .controller(why: "\(host.name) can't power itself on")
        )
    }
}

extension Procedure {
    fileprivate mutating func add(_ looks: (capture: Action, effective: Action, settled: Action)) {
        capture.append(looks.capture)
        effective.append(looks.effective)
        settled.append(looks.settled)
    }
}
