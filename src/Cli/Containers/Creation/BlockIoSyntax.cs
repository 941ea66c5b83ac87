using System.Globalization;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>/dev/sda:500, /dev/sda:1mb: limits of one block device.</summary>
internal static class BlockIoSyntax
{
    public static WeightDevice ParseWeight(string text)
    {
        var (path, value) = Split(text);
        if (!ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort weight) || weight is > 0 and (< 10 or > 1000))
            throw new FormatException($"invalid weight for device: {text}");
        return new WeightDevice { Path = path, Weight = weight };
    }

    public static ThrottleDevice ParseBytesRate(string text)
    {
        var (path, value) = Split(text);
        try
        {
            return new ThrottleDevice { Path = path, Rate = (ulong)ByteSize.Parse(value) };
        }
        catch (FormatException)
        {
            throw new FormatException($"invalid rate for device: {text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb");
        }
    }

    public static ThrottleDevice ParseOperationsRate(string text)
    {
        var (path, value) = Split(text);
        return ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong rate) ? new ThrottleDevice { Path = path, Rate = rate }
            : throw new FormatException($"invalid rate for device: {text}. The correct format is <device-path>:<number>. Number must be a positive integer");
    }

    private static (string Path, string Value) Split(string text)
    {
        int colon = text.IndexOf(':');
        if (colon <= 0) throw new FormatException($"bad format: {text}");
        if (!text.StartsWith("/dev/", StringComparison.Ordinal)) throw new FormatException($"bad format for device path: {text}");
        return (text[..colon], text[(colon + 1)..]);
    }
}
