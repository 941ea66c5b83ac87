namespace Sampan.Linux.Tests;

public sealed unsafe class MathFunctionsTests
{
    public static TheoryData<double> Values => [0.0, -0.0, 0.25, -0.25, 0.5, 0.99999999999999989, 1, -1, 1.5, -1.5, 2.0000000000000004, 1e9 + 0.5, -1e9 - 0.5, 4503599627370495.5,
        -4503599627370495.5, 9007199254740993, 1e300, -1e300, double.Epsilon, -double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    [Theory]
    [MemberData(nameof(Values))]
    public void They_give_what_libm_gives_to_the_last_bit(double value)
    {
        Assert.Equal(BitConverter.DoubleToInt64Bits(Math.Ceiling(value)), BitConverter.DoubleToInt64Bits(MathFunctions.Ceiling(value)));
        double whole;
        double rest = MathFunctions.SplitFraction(value, &whole);
        Assert.Equal(BitConverter.DoubleToInt64Bits(Math.Truncate(value)), BitConverter.DoubleToInt64Bits(whole));
        Assert.Equal(double.IsInfinity(value) ? Math.CopySign(0, value) : double.CopySign(value - whole, value), rest);
    }
}
