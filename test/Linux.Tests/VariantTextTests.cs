using Sampan.Linux.Systemd;

namespace Sampan.Linux.Tests;

/// <summary>What is written for GVariant's text, byte for byte: https://dbus.freedesktop.org/doc/dbus-specification.html § Marshaling.</summary>
public sealed class VariantTextTests
{
    [Theory]
    [InlineData("true", "b", "01000000")]
    [InlineData("boolean false", "b", "00000000")]
    [InlineData("5", "i", "05000000")]
    [InlineData("-5", "i", "FBFFFFFF")]
    [InlineData("1.5", "d", "000000000000F83F")]
    [InlineData("byte 0xff", "y", "FF")]
    [InlineData("int16 -2", "n", "FEFF")]
    [InlineData("uint16 65535", "q", "FFFF")]
    [InlineData("@u 7", "u", "07000000")]
    [InlineData("int64 -1", "x", "FFFFFFFFFFFFFFFF")]
    [InlineData("uint64 18446744073709551615", "t", "FFFFFFFFFFFFFFFF")]
    [InlineData("double 2", "d", "0000000000000040")]
    [InlineData("'a\\'b'", "s", "0300000061276200")]
    [InlineData("objectpath '/a'", "o", "020000002F6100")]
    [InlineData("signature 'as'", "g", "02617300")]
    [InlineData("b'ab'", "ay", "03000000616200")]
    [InlineData("@as []", "as", "00000000")]
    [InlineData("[1, uint32 2]", "au", "080000000100000002000000")]
    [InlineData("[1, 2.0]", "ad", "1000000000000000000000000000F03F0000000000000040")]
    [InlineData(" [ 'a' , \"b\" ] ", "as", "0E0000000100000061000000" + "010000006200")]
    [InlineData("@aay [b'a']", "aay", "0600000002000000" + "6100")]
    internal void A_value_has_its_type_and_its_bytes(string text, string type, string bytes)
    {
        VariantText value = VariantText.Parse(text);
        DBusWriter writer = new();
        value.Write(writer);
        Assert.Equal((type, bytes), (value.Type, Convert.ToHexString(writer.Written)));
    }
}
