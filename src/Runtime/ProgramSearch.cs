namespace Sampan.Runtime;

/// <summary>Programs of the host that we start by name.</summary>
internal static class ProgramSearch
{
    private const string Usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <returns>Absolute path; null when $PATH has none.</returns>
    internal static string? Find(string name)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? Usual).Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists($"{folder}/{name}")) return $"{folder}/{name}";
        return null;
    }
}
