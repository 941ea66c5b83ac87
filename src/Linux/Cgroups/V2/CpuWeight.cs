namespace Sampan.Linux.Cgroups.V2;

/// <summary>cpu.shares 2..262144 to cpu.weight 1..10000, so that the defaults 1024 and 100 meet.
/// The curve that runc 1.4 and crun 1.23 agreed on; the straight line before it gave 1024 a weight of 39.
/// Its logarithm and power are series of our own: libm for these two is 300 KB in every process of the runtime (docs/adr/executables-ready-in-the-file.md).</summary>
internal static class CpuWeight
{
    private const int Terms = 24;   // of either series: the last is below a double's last bit

    public static ulong Of(ulong shares)
    {
        if (shares <= 2) return 1;
        if (shares >= 262144) return 10000;
        double l = Log2(shares);
        double weight = PowerOf10(((l * l) + (125 * l)) / 612.0 - (7.0 / 34.0));
        ulong below = (ulong)(weight * (1 - 1e-12));   // where the curve meets a whole number, that and not the next
        return below + 1;
    }

    // The bits above the highest are a fraction m of 1 to 2; ln m = 2 (t + t^3/3 + t^5/5 + …), t = (m - 1) / (m + 1).
    private static double Log2(ulong value)
    {
        int exponent = 63 - System.Numerics.BitOperations.LeadingZeroCount(value);
        double m = value / (double)(1UL << exponent), t = (m - 1) / (m + 1), power = t, sum = 0;
        for (int i = 0; i < Terms; i++, power *= t * t) sum += power / (2 * i + 1);
        return exponent + 2 * sum / Ln2;
    }

    // 10^x = 2^n e^f with f below ln 2; e^f = 1 + f + f^2/2! + …
    private static double PowerOf10(double x)
    {
        double natural = x * Ln10;
        int n = (int)(natural / Ln2);
        double f = natural - n * Ln2, term = 1, sum = 0;
        for (int i = 1; i <= Terms; i++, term *= f / (i - 1)) sum += term;
        return sum * (1UL << n);
    }

    private const double Ln2 = 0.69314718055994530942, Ln10 = 2.30258509299404568402;
}
