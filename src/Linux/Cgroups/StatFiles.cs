using System.Globalization;

namespace Sampan.Linux.Cgroups;

/// <summary>The formats of the statistics files. Pure where it takes text; lines it does not understand are skipped.</summary>
internal static class StatFiles
{
    // cache 1351680
    public static Dictionary<string, ulong> Pairs(ReadOnlySpan<char> text)
    {
        Dictionary<string, ulong> found = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int space = line.IndexOf(' ');
            if (space > 0 && ulong.TryParse(line[(space + 1)..], CultureInfo.InvariantCulture, out ulong value)) found[line[..space].ToString()] = value;
        }
        return found;
    }

    // 8:0 Read 12288            (and a line "Total 12288")
    public static List<BlockIOStat> BlockIOV1(BlockIOTable table, ReadOnlySpan<char> text)
    {
        List<BlockIOStat> found = [];
        Span<Range> parts = stackalloc Range[4];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (line.Split(parts, ' ') != 3 || !TryDevice(line[parts[0]], out uint major, out uint minor)) continue;
            if (ulong.TryParse(line[parts[2]], CultureInfo.InvariantCulture, out ulong value))
                found.Add(new BlockIOStat(table, major, minor, line[parts[1]].ToString(), value));
        }
        return found;
    }

    // cpu user system           (then a line per CPU: "0 25032 0", in nanoseconds)
    public static (List<ulong> User, List<ulong> Kernel) UsagePerCpu(ReadOnlySpan<char> text)
    {
        List<ulong> user = [], kernel = [];
        Span<Range> parts = stackalloc Range[4];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (line.Split(parts, ' ') != 3 || !ulong.TryParse(line[parts[1]], CultureInfo.InvariantCulture, out ulong inUser)
                || !ulong.TryParse(line[parts[2]], CultureInfo.InvariantCulture, out ulong inKernel)) continue;
            user.Add(inUser);
            kernel.Add(inKernel);
        }
        return (user, kernel);
    }

    // 8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
    public static List<BlockIOStat> BlockIOV2(ReadOnlySpan<char> text)
    {
        List<BlockIOStat> found = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int space = line.IndexOf(' ');
            if (space < 0 || !TryDevice(line[..space], out uint major, out uint minor)) continue;
            foreach (Range part in line[(space + 1)..].Split(' '))
            {
                ReadOnlySpan<char> pair = line[(space + 1)..][part];
                int equals = pair.IndexOf('=');
                if (equals < 0 || !ulong.TryParse(pair[(equals + 1)..], CultureInfo.InvariantCulture, out ulong value)) continue;
                (BlockIOTable Table, string Operation)? entry = pair[..equals] switch
                {
                    "rbytes" => (BlockIOTable.ServiceBytes, "read"),
                    "wbytes" => (BlockIOTable.ServiceBytes, "write"),
                    "rios" => (BlockIOTable.Serviced, "read"),
                    "wios" => (BlockIOTable.Serviced, "write"),
                    _ => null,
                };
                if (entry is { } known) found.Add(new BlockIOStat(known.Table, major, minor, known.Operation, value));
            }
        }
        return found;
    }

    public static PidsStats Pids(ControlDirectory pids)
    {
        ulong limit = pids.TryReadNumber("pids.max") ?? ulong.MaxValue;
        return new PidsStats { Current = pids.TryReadNumber("pids.current") ?? 0, Limit = limit == ulong.MaxValue ? 0 : limit };
    }

    public static List<HugetlbStat> Hugetlb(ControlDirectory hugetlb, string usage, string? maximum, string? failures)
    {
        List<HugetlbStat> found = [];
        foreach (string size in HugePages.Sizes)
            if (hugetlb.TryReadNumber($"hugetlb.{size}.{usage}") is { } used)
                found.Add(new HugetlbStat(size, used,
                    maximum is null ? 0 : hugetlb.TryReadNumber($"hugetlb.{size}.{maximum}") ?? 0,
                    failures is null ? 0 : hugetlb.TryReadNumber($"hugetlb.{size}.{failures}") ?? 0));
        return found;
    }

    private static bool TryDevice(ReadOnlySpan<char> text, out uint major, out uint minor)
    {
        int colon = text.IndexOf(':');
        minor = 0;
        return uint.TryParse(text[..Math.Max(colon, 0)], CultureInfo.InvariantCulture, out major)
            && uint.TryParse(text[(colon + 1)..], CultureInfo.InvariantCulture, out minor);
    }
}
