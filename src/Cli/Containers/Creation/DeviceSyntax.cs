using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>/dev/fuse, /dev/sda:/dev/xvda:rw, and cgroup device rules.</summary>
internal static class DeviceSyntax
{
    public static string CheckRule(string text)
    {
        string[] parts = text.Split(' ');
        bool valid = parts is [['a' or 'b' or 'c'], var numbers, { Length: >= 1 and <= 3 } access]
            && numbers.Split(':') is [var major, var minor] && IsNumber(major) && IsNumber(minor) && access.All(c => c is 'r' or 'w' or 'm');
        return valid ? text : throw new FormatException($"invalid device cgroup format '{text}'");
    }

    /// <exception cref="FormatException">Not that syntax.</exception>
    public static DeviceMapping Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 3 || parts[0].Length == 0) throw new FormatException($"bad format for path: {text}");
        string? target = null, access = null;
        if (parts.Length == 2)
        {
            if (IsAccess(parts[1])) access = parts[1];
            else target = parts[1];
        }
        else if (parts.Length == 3)
        {
            (target, access) = (parts[1], parts[2]);
            if (!IsAccess(access)) throw new FormatException($"bad mode specified: {access}");
        }
        target ??= parts[0];
        if (!target.StartsWith('/')) throw new FormatException($"{target} is not an absolute path");
        return new DeviceMapping { PathOnHost = parts[0], PathInContainer = target, CgroupPermissions = access ?? "rwm" };
    }

    private static bool IsAccess(string text) => text.Length > 0 && text.All(c => c is 'r' or 'w' or 'm') && text.Distinct().Count() == text.Length;

    private static bool IsNumber(string text) => text == "*" || (text.Length > 0 && text.All(char.IsAsciiDigit));
}
