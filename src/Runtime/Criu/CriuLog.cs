using System.Text;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Runtime.Criu;

/// <summary>What criu wrote of a failure.</summary>
internal static class CriuLog
{
    private const int LinesBefore = 5;

    /// <summary>The fault with the log's name, once the log says of what. Errors on the way to criu leave none.</summary>
    internal static FaultException Explain(FaultException fault, string path, Action<string>? warn)
    {
        if (!File.Exists(path)) return fault;
        Quote(path, warn);
        return new FaultException(fault.Kind, $"{fault.Message} (log file: {path})", fault);
    }

    /// <summary>Tells the lines with an error and a few before each, with their numbers.</summary>
    private static void Quote(string path, Action<string>? warn)
    {
        if (warn is null) return;
        string[] lines = Encoding.UTF8.GetString(Files.ReadAll(path)).Split('\n');
        int told = -1;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].Contains("Error", StringComparison.Ordinal)) continue;
            if (told < 0) warn($"--- Quoting \"{path}\"");
            else if (i - LinesBefore > told + 1) warn("...");
            for (int line = Math.Max(told + 1, i - LinesBefore); line <= i; line++) warn($"{line + 1}:{lines[line]}");
            told = i;
        }
        if (told >= 0) warn("---");
    }
}
