using System.Globalization;
using System.Text;

namespace Sampan.Linux.Children;

/// <summary>What a child must reset itself: the kernel clears handlers for it (CLONE_CLEAR_SIGHAND), but leaves ignored what is ignored.</summary>
internal static class IgnoredSignals
{
    /// <returns>Bit n-1 for signal n; all of them when /proc does not say.</returns>
    internal static ulong OfThisProcess() => Parse(Encoding.Latin1.GetString(Files.ReadAll("/proc/self/status"))) ?? ulong.MaxValue;

    // SigIgn:\t0000000000001000     proc_pid_status(5)
    internal static ulong? Parse(ReadOnlySpan<char> status)
    {
        const string Field = "SigIgn:\t";
        foreach (ReadOnlySpan<char> line in status.EnumerateLines())
            if (line.StartsWith(Field, StringComparison.Ordinal) && ulong.TryParse(line[Field.Length..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong signals)) return signals;
        return null;
    }
}
