using System.Text;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Clock offsets of a new time namespace, before anybody is in it. time_namespaces(7).</summary>
internal static class TimeOffsets
{
    internal static void Write(int pid, IReadOnlyDictionary<string, TimeOffset>? offsets)
    {
        if (offsets is not { Count: > 0 }) return;
        StringBuilder lines = new();
        foreach ((string clock, TimeOffset offset) in offsets) lines.Append($"{clock} {offset.Secs} {offset.Nanosecs}\n");
        Files.WriteValue($"/proc/{pid}/timens_offsets", lines.ToString());
    }
}
