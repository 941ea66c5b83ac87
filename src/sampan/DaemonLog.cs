using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sampan;

/// <summary>Writes the daemon's log to stderr, one line each in logfmt, as dockerd does:
/// <c>time="2026-01-02T03:04:05.678901234Z" level=info msg="adopted container …"</c></summary>
internal sealed class DaemonLog(LogLevel minimum) : ILoggerFactory
{
    private static readonly Lock Gate = new();   // guards stderr: lines do not mix
    private readonly Stream _stderr = Console.OpenStandardError();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("this daemon logs to stderr only");

    public void Dispose()
    {
    }

    private sealed class Logger(DaemonLog log, string category) : ILogger
    {
        // Kestrel says little that a person can use below a warning.
        private readonly LogLevel _minimum = category.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogLevel.Warning : log.Minimum;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= _minimum;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            string message = formatter(state, exception);
            if (exception is not null)
                message += log.Minimum <= LogLevel.Debug ? $": {exception}" : $": {exception.Message}";
            log.Write(logLevel, message);
        }
    }

    /// <summary>Lines below it are not written; may change while others write.</summary>
    internal LogLevel Minimum { get; set; } = minimum;

    private void Write(LogLevel level, string message)
    {
        string word = level switch { LogLevel.Critical => "fatal", LogLevel.Error => "error", LogLevel.Warning => "warning", LogLevel.Information => "info", _ => "debug" };
        string time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
        string escaped = message.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        byte[] line = Encoding.UTF8.GetBytes($"time=\"{time}\" level={word} msg=\"{escaped}\"\n");
        lock (Gate)
            _stderr.Write(line);
    }
}
