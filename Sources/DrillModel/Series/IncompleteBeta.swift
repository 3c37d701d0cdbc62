// For `log` and `exp` alone: nothing here touches the world.
import Glibc

/// The regularised incomplete beta function: the chance that a Beta(a, b) variable is at most x.
///
/// By the continued fraction of DLMF 8.17.22, evaluated as Lentz and Thompson do (Numerical Recipes, third
/// edition, 5.2 and 6.4). It converges quickly for x below (a + 1) / (a + b + 2); beyond that by the
/// symmetry I(x; a, b) = 1 − I(1 − x; b, a).
enum IncompleteBeta {
    /// Both parameters must be positive.
    static func value(_ x: Double, _ a: Double, _ b: Double) -> Double {
        precondition(a > 0 && b > 0, "the beta distribution has positive parameters")
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(1 - x)
        )
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    /// The x whose value is `p`: the p-quantile of Beta(a, b).
    ///
    /// By halving, which can't miss a function that only rises; 60 halvings reach a double's last digit.
    static func inverse(_ p: Double, _ a: Double, _ b: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if value(middle, a, b) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        // What Lentz puts in the place of a zero that he would divide by.
        func safe(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var c = 1.0
        var d = 1 / safe(1 - (a + b) * x / (a + 1))
        var result = d
        // It takes some √max(a, b) terms; this is enough for a million runs.
        for term in 1...10_000 {
            let m = Double(term)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / safe(1 + even * d)
            c = safe(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / safe(1 + odd * d)
            c = safe(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return result
    }

    /// Stirling's series (DLMF 5.11.1), shifted to where its last term is below 10⁻¹⁵.
    ///
    /// The C library's `lgamma` writes to a variable that all threads share.
    private static func logGamma(_ x: Double) -> Double {
        var (x, shift) = (x, 0.0)
        while x < 20 {
            shift -= log(x)
            x += 1
        }
        let square = 1 / (x * x)
        let series = (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square / 1680))) / x
        return shift + (x - 0.5) * log(x) - x + 0.918_938_533_204_672_742 + series
    }
}
