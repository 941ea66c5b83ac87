using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>What the kernel says of a process.</summary>
/// <param name="State">R, S, D, Z, …</param>
/// <param name="StartTime">Clock ticks since boot: with the pid it names a process for ever.</param>
internal readonly record struct ProcessStat(char State, ulong StartTime)
{
    /// <returns>Null when there is no such process.</returns>
    internal static ProcessStat? Read(int pid)
    {
        using SafeFileHandle? file = Files.TryOpenAt(null, $"/proc/{pid}/stat", OpenFlags.ReadOnly, 0, out _);
        if (file is null) return null;
        try
        {
            return Parse(Encoding.UTF8.GetString(Files.ReadAll(file, $"/proc/{pid}/stat")));
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            return null;   // ended between open and read
        }
    }

    // 4242 (a name) S 1 4242 …     proc_pid_stat(5); the name may have spaces and brackets, so the last ')' counts.
    internal static ProcessStat? Parse(ReadOnlySpan<char> line)
    {
        int name = line.LastIndexOf(')');
        if (name < 0 || line.Length < name + 3) return null;
        ReadOnlySpan<char> rest = line[(name + 2)..];
        char state = rest[0];
        const int StartTimeField = 22, FirstField = 3;
        int field = FirstField;
        foreach (Range range in rest.Split(' '))
        {
            if (field++ == StartTimeField)
                return ulong.TryParse(rest[range], CultureInfo.InvariantCulture, out ulong started) ? new(state, started) : null;
        }
        return null;
    }
}
