using System.Globalization;
using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>Signals by name or number. signal(7), x86-64.</summary>
internal static class Signals
{
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <param name="text">"KILL", "SIGKILL", "9", "SIGRTMIN+3"; "0" asks only whether it could be sent.</param>
    /// <exception cref="FaultException">InvalidArgument, in runc's words.</exception>
    internal static int Parse(string text)
    {
        const int RealTimeMinimum = 34, RealTimeMaximum = 64;
        FaultException unknown = new(FaultKind.InvalidArgument, $"unknown signal \"{text}\"");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return number is >= 0 and <= RealTimeMaximum ? number : throw unknown;
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        int plain = Array.IndexOf(Names, name);
        if (plain > 0) return plain;
        if (name is "IOT") return 6;
        if (name is "CLD") return 17;
        if (name is "POLL") return 29;
        if (name == "RTMIN") return RealTimeMinimum;
        if (name == "RTMAX") return RealTimeMaximum;
        if (name.StartsWith("RTMIN+", StringComparison.Ordinal) && int.TryParse(name[6..], out int up) && up is >= 0 and <= 30) return RealTimeMinimum + up;
        if (name.StartsWith("RTMAX-", StringComparison.Ordinal) && int.TryParse(name[6..], out int down) && down is >= 0 and <= 30) return RealTimeMaximum - down;
        throw unknown;
    }
}
