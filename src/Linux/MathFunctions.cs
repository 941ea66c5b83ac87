using System.Runtime;

namespace Sampan.Linux;

/// <summary>The two functions of libm that System.Math's own code calls in sampan-runtime, so that libm is not loaded. docs/adr/executables-ready-in-the-file.md</summary>
internal static unsafe class MathFunctions
{
    private const int FractionBits = 52, Bias = 1023, ExponentMask = 0x7FF;   // IEEE 754, binary64

    /// <summary>ceil(3).</summary>
    [RuntimeExport("ceil")]
    internal static double Ceiling(double value)
    {
        double whole = Whole(value);
        return value > whole ? whole + 1 : whole;
    }

    /// <summary>modf(3): the whole part is stored, the rest returned, both with the sign of the value.</summary>
    [RuntimeExport("modf")]
    internal static double SplitFraction(double value, double* whole)
    {
        *whole = Whole(value);
        return double.CopySign(double.IsInfinity(value) ? 0 : value - *whole, value);
    }

    // Without the bits that count less than one; of infinities, NaN and what is too large for a fraction there are none.
    private static double Whole(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int exponent = (int)((bits >> FractionBits) & ExponentMask) - Bias;
        if (exponent >= FractionBits) return value;
        ulong below = exponent < 0 ? long.MaxValue : (1UL << (FractionBits - exponent)) - 1;
        return BitConverter.UInt64BitsToDouble(bits & ~below);
    }
}
