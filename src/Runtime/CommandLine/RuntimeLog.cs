using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.CommandLine;

/// <summary>What runc logs, where runc logs it: to the file of --log, where containerd and Docker read the last error, else to standard error.</summary>
internal static class RuntimeLog
{
    /// <summary>Whoever started us hears of an error on standard error too.</summary>
    internal static void Error(GlobalOptions? options, string message)
    {
        Write(options, "error", message);
        if (options?.Log is not null) StandardOutput.WriteError($"{message}\n");
    }

    internal static void Warn(GlobalOptions? options, string message) => Write(options, "warning", message);

    internal static void Debug(GlobalOptions options, string message)
    {
        if (options.Debug) Write(options, "debug", message);
    }

    private static void Write(GlobalOptions? options, string level, string message)
    {
        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string quoted = JsonEncodedText.Encode(message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        string line = options?.LogsJson == true ? $"{{\"level\":\"{level}\",\"msg\":\"{quoted}\",\"time\":\"{time}\"}}\n"
            : $"time=\"{time}\" level={level} msg=\"{quoted}\"\n";
        if (options?.Log is not { } log)
        {
            StandardOutput.WriteError(line);
            return;
        }
        try
        {
            using SafeFileHandle file = Files.Open(log, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1A4 /* 0644 */);
            Files.WriteAll(file, Encoding.UTF8.GetBytes(line), log);
        }
        catch (LinuxException)
        {
            StandardOutput.WriteError(line);   // better there than nowhere
        }
    }
}
