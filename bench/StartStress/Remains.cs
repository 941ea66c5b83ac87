namespace Sampan.Bench.StartStress;

/// <summary>What a start could leave behind.</summary>
internal sealed record Remains(int Descriptors, int Mounts, int Cgroups, int Children, int Threads, int Namespaces, int Programs)
{
    public static Remains Count() => new(
        Directory.GetFileSystemEntries("/proc/self/fd").Length,
        File.ReadAllLines("/proc/self/mountinfo").Length,
        Directory.GetDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup").Select(hierarchy => $"{hierarchy}/sampan-stress").Where(Directory.Exists)
            .Sum(group => Directory.GetDirectories(group).Length),
        Directory.GetDirectories("/proc/self/task").Sum(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length),
        Directory.GetDirectories("/proc/self/task").Length,
        Processes().SelectMany(pid => new[] { "mnt", "net", "pid" }.Select(kind => new FileInfo($"{pid}/ns/{kind}").LinkTarget)).Where(space => space is not null).Distinct().Count(),
        Processes().Count());

    private static IEnumerable<string> Processes() => Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _));

    /// <summary>Threads may come and go with the runtime; the rest may not grow. eng/stress gives us a /proc that shows nobody else's programs and namespaces.</summary>
    public bool IsNoMoreThan(Remains before)
        => Descriptors <= before.Descriptors + 2 && Mounts <= before.Mounts && Cgroups <= before.Cgroups && Children <= before.Children
           && Namespaces <= before.Namespaces && Programs <= before.Programs;
}
