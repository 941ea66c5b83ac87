namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>A second kernel, with cgroup v2 only, AppArmor and criu: Debian's cloud kernel, booted by eng/microvm under software emulation.</summary>
public static class MicroVm
{
    /// <summary>Runs a script of <c>Guests/</c> as root in a fresh machine.</summary>
    /// <param name="script">Name without ".sh".</param>
    /// <param name="files">Laid in "/" of the guest.</param>
    /// <returns>What its last line 'name: value' says of each name.</returns>
    public static async Task<Dictionary<string, string>> RunAsync(string script, params IEnumerable<string> files)
    {
        string checkout = Path.GetDirectoryName(Repository.Out)!;
        CommandResult guest = await Command.RunAsync([Path.Combine(checkout, "eng/microvm"), Path.Combine(checkout, $"test/EndToEnd.Tests/Guests/{script}.sh"), .. files],
            patience: TimeSpan.FromMinutes(9));
        guest.Succeeded();
        return guest.Lines.Select(line => line.Split(": ", 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.Last()[1].Trim());
    }

    public static string Busybox => Path.Combine(Repository.Fixtures, "busybox.tar");
}
