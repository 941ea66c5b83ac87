namespace Sampan.Hello;

/// <summary>Small files of /proc and /sys. proc(5).</summary>
internal static class ProcFile
{
    /// <returns>The text without its last line end; null when it is not there or not ours to read.</returns>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\n');
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The value of "name:\tvalue" in /proc/self/status.</summary>
    public static string? Status(string name)
    {
        foreach (string line in (Read("/proc/self/status") ?? "").Split('\n'))
            if (line.StartsWith(name + ":", StringComparison.Ordinal)) return line[(name.Length + 1)..].Trim();
        return null;
    }
}
