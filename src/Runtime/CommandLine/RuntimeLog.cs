using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.CommandLine;

/// <summary>Errors and warnings as runc writes them, to standard error and to the file of --log, where containerd and Docker read the last error.</summary>
internal static class RuntimeLog
{
    internal static void Error(GlobalOptions? options, string message) => Write(options, "error", message);

    internal static void Warn(GlobalOptions? options, string message) => Write(options, "warning", message);

    private static void Write(GlobalOptions? options, string level, string message)
    {
        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string quoted = JsonEncodedText.Encode(message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        string text = $"time=\"{time}\" level={level} msg=\"{quoted}\"\n", json = $"{{\"level\":\"{level}\",\"msg\":\"{quoted}\",\"time\":\"{time}\"}}\n";
        StandardOutput.WriteError(text);
        if (options?.Log is not { } log) return;
        try
        {
            using SafeFileHandle file = Files.Open(log, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1A4 /* 0644 */);
            Files.WriteAll(file, Encoding.UTF8.GetBytes(options.LogsJson ? json : text), log);
        }
        catch (LinuxException)
        {
            // Standard error has it already.
        }
    }
}
