using System.Text;
using Sampan.Shim.Logs;

namespace Sampan.Shim.Tests;

/// <summary>Expected lines were taken from dockerd's json-file logs.</summary>
public sealed class JsonLineTests
{
    private static readonly LogTime Time = new(1795222923, 120_000_000);

    [Theory]
    [InlineData("hello", "hello\\n")]
    [InlineData("", "\\n")]
    [InlineData("a\tb\rc\"d\\e", "a\\u0009b\\rc\\\"d\\\\e\\n")]
    [InlineData("<a href='x'>&", "\\u003ca href='x'\\u003e\\u0026\\n")]
    [InlineData("\u001b[31mred\u001b[0m\u007f", "\\u001b[31mred\\u001b[0m\u007f\\n")]
    [InlineData("grüße 舢板 🚣", "grüße 舢板 🚣\\n")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c\\n")]
    [InlineData("\0", "\\u0000\\n")]
    public void A_line_is_escaped_as_dockerd_does(string line, string expected) =>
        Assert.Equal($"{{\"log\":\"{expected}\",\"stream\":\"stdout\",\"time\":\"2026-11-21T01:02:03.12Z\"}}\n", Write(Encoding.UTF8.GetBytes(line), complete: true));

    [Fact]
    public void Each_byte_that_is_not_utf8_becomes_a_replacement_of_its_own() =>
        Assert.Contains("\"log\":\"a\\ufffd\\ufffd\\ufffdb\\n\"", Write([(byte)'a', 0xff, 0xe8, 0x88, (byte)'b'], complete: true), StringComparison.Ordinal);

    [Fact]
    public void A_piece_of_a_line_has_no_newline() =>
        Assert.StartsWith("{\"log\":\"abc\",\"stream\"", Write("abc"u8, complete: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00Z")]
    [InlineData(1, "1970-01-01T00:00:00.000000001Z")]
    [InlineData(100_000_000, "1970-01-01T00:00:00.1Z")]
    [InlineData(999_999_990, "1970-01-01T00:00:00.99999999Z")]
    public void Times_drop_the_zeros_at_the_end_as_Go_does(int nanoseconds, string expected)
    {
        var text = new byte[40];
        Assert.Equal(expected, Encoding.ASCII.GetString(text, 0, new LogTime(0, nanoseconds).Format(text)));
    }

    private static string Write(ReadOnlySpan<byte> line, bool complete)
    {
        var into = new byte[JsonLine.MaxSize(line.Length)];
        return Encoding.UTF8.GetString(into, 0, JsonLine.Write(into, line, complete, "stdout"u8, Time));
    }
}
