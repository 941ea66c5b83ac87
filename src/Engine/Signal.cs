using System.Globalization;
using Sampan.Faults;

namespace Sampan.Engine;

/// <summary>Signals by number and name, as the API takes them: "9", "KILL", "SIGKILL", "RTMIN+3". signal(7).</summary>
public static class Signal
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    private const int RealTimeMinimum = 34;
    private const int RealTimeMaximum = 64;

    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <exception cref="FaultException">InvalidArgument, with Docker's text.</exception>
    public static int Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return number is > 0 and <= RealTimeMaximum ? number : throw Invalid(text);
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal))
            name = name[3..];
        int at = Array.IndexOf(Names, name switch { "IOT" => "ABRT", "CLD" => "CHLD", "POLL" => "IO", _ => name });
        if (at >= 0)
            return at + 1;
        return TryRealTime(name, out number) ? number : throw Invalid(text);
    }

    private static bool TryRealTime(string name, out int number)
    {
        (number, string offset) = name.StartsWith("RTMIN", StringComparison.Ordinal) ? (RealTimeMinimum, name[5..])
            : name.StartsWith("RTMAX", StringComparison.Ordinal) ? (RealTimeMaximum, name[5..]) : (0, "");
        int delta = 0;
        bool valid = number > 0 && (offset.Length == 0 || int.TryParse(offset, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out delta));
        number += delta;
        return valid && number is >= RealTimeMinimum and <= RealTimeMaximum;
    }

    private static FaultException Invalid(string text) => new(FaultKind.InvalidArgument, $"Invalid signal: {text}");
}
