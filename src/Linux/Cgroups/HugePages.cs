namespace Sampan.Linux.Cgroups;

/// <summary>The huge page sizes of this kernel as hugetlb's files spell them: "2MB", "1GB", "64KB".</summary>
internal static class HugePages
{
    private static string[]? _sizes;

    public static IReadOnlyList<string> Sizes => _sizes ??= Read();

    // /sys/kernel/mm/hugepages/hugepages-2048kB
    private static string[] Read()
    {
        if (!Directory.Exists("/sys/kernel/mm/hugepages")) return [];
        List<string> sizes = [];
        foreach (string folder in Directory.GetDirectories("/sys/kernel/mm/hugepages"))
            if (ulong.TryParse(Path.GetFileName(folder.AsSpan())["hugepages-".Length..].TrimEnd("kB"), out ulong kilobytes)) sizes.Add(Spell(kilobytes));
        return [.. sizes];
    }

    internal static string Spell(ulong kilobytes) => kilobytes >= 1 << 20 ? $"{kilobytes >> 20}GB" : kilobytes >= 1 << 10 ? $"{kilobytes >> 10}MB" : $"{kilobytes}KB";
}
