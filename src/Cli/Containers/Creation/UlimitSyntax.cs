using System.Globalization;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>nofile=1024:2048, core=-1. setrlimit(2).</summary>
internal static class UlimitSyntax
{
    private static readonly string[] Names =
    [
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
    ];

    public static Ulimit Parse(string text)
    {
        int equals = text.IndexOf('=');
        if (equals < 0) throw new FormatException($"invalid ulimit argument: {text}");
        string name = text[..equals];
        if (Array.IndexOf(Names, name) < 0) throw new FormatException($"invalid ulimit type: {name}");
        string[] limits = text[(equals + 1)..].Split(':');
        if (limits.Length > 2) throw new FormatException($"too many limit value arguments - {text[(equals + 1)..]}, can only have up to two, `soft[:hard]`");
        long soft = Limit(limits[0]), hard = limits.Length == 2 ? Limit(limits[1]) : soft;
        if (hard != -1 && (soft == -1 || soft > hard))
            throw new FormatException($"ulimit soft limit must be less than or equal to hard limit: {(soft == -1 ? "unlimited" : soft)} > {hard}");
        return new Ulimit { Name = name, Soft = soft, Hard = hard };
    }

    private static long Limit(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long limit) ? limit
            : throw new FormatException($"strconv.ParseInt: parsing {Quoted.Of(text)}: invalid syntax");
}
