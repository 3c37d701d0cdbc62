import Crypto
import DrillModel
import DrillWire
import Glibc

/// The site's policy, which is root's and holds for everybody who runs drill on this machine.
enum SitePolicy {
    /// Nothing moves it: what a variable or an option could move would hold nobody.
    private static let folder = "/etc/drill"
    private static let path = "\(folder)/policy.yaml"

    /// What a plan must be held against, now.
    static var site: Site {
        var site = Site(
            now: Site.Moment(at: Wiring.now(), wallNs: Wiring.wallNs()),
            timeZones: LocalZone.known,
            realPath: Files.realPath
        )
        do throws(FileError) {
            if let distrust = try distrust(folder, Files.owner(of: folder)) {
                site.refusals.append(distrust)
            }
            let (bytes, owner) = try Files.readOwned(path, limitBytes: Reader.bytesMax)
            site.policyHash = hash(bytes)
            if let distrust = distrust(path, owner) { site.refusals.append(distrust) }
            read(bytes, into: &site)
        } catch {
            if !error.isAbsence { site.refusals.append(unreadable(error)) }
        }
        return site
    }

    /// Why somebody who isn't root could have changed it; nil where nobody could.
    private static func distrust(_ path: String, _ owner: FileOwner) -> Refusal? {
        guard owner.user != 0 || owner.isOthersToo else { return nil }
        let why =
            owner.user != 0
            ? "it belongs to the user with the number \(owner.user), not to root"
            : "others than root may write to it"
        return Refusal(
            .policy,
            "the site's policy can't be relied on: \(path): \(why)",
            change: "let root run `chown root \(path) && chmod go-w \(path)`, having looked whether"
                + " it is as it should be"
        )
    }

    private static func unreadable(_ error: FileError) -> Refusal {
        let why =
            switch error.errno {
            case ELOOP: "it is a link, behind which somebody else's file could be"
            case EINVAL: "it is no regular file"
            case EFBIG: "it is larger than 4 MiB"
            default: error.reason
            }
        return Refusal(
            .policy,
            "the site's policy can't be read, so nobody knows what it forbids: \(error.path): \(why)",
            change: "let root set that right; it must be a file that everybody may read"
        )
    }

    private static func read(_ bytes: [UInt8], into site: inout Site) {
        let reader = Reader(timeZones: site.timeZones) { _ throws(LoadError) in LoadedFile(bytes) }
        do throws(Problems) {
            site.policy = try reader.policy(path)
        } catch {
            site.refusals += error.list.map { problem in
                let place = problem.position.map { "\($0): " } ?? ""
                return Refusal(
                    .policy,
                    "the site's policy has a problem, so nobody knows what it forbids:"
                        + " \(place)\(problem.message)",
                    change: (problem.fix.map { "\($0); " } ?? "")
                        + "`drill validate \(path)` shows all of its problems"
                )
            }
        }
    }

    private static func hash(_ bytes: [UInt8]) -> String {
        "sha256:"
            + SHA256.hash(data: bytes).map { byte in
                byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16)
            }.joined()
    }
}
