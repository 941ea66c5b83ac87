using System.Text;
using Microsoft.Extensions.Logging;
using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Engine.Execs;
using Sampan.Specs;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Health;

/// <summary>Runs the health checks of running containers, one loop for each, as execs in the container.</summary>
internal sealed partial class HealthMonitor(ExecStarter execs, EventLog events, ILogger<HealthMonitor> log)
{
    private const int LogEntries = 5;
    private const int OutputBytes = 4096;
    public const string Starting = "starting";
    public const string Healthy = "healthy";
    public const string Unhealthy = "unhealthy";

    /// <summary>Begins when the container has started and ends with it.</summary>
    public void Watch(Container container)
    {
        if (HealthCheckOptions.From(container.Document.Config) is not { } options)
            return;
        container.Health = new ContainerHealth { Status = Starting, Log = [] };
        _ = Task.Run(() => LoopAsync(container, options));
    }

    private async Task LoopAsync(Container container, HealthCheckOptions options)
    {
        var ended = container.NextExit;
        var startedAt = container.State.StartedAt;
        try
        {
            while (true)
            {
                bool starting = container.Health?.Status == Starting && DateTimeOffset.UtcNow - startedAt < options.StartPeriod;
                if (await Task.WhenAny(ended, Task.Delay(starting ? options.StartInterval : options.Interval)).ConfigureAwait(false) == ended)
                    return;
                if (container.State.Status is ContainerStatus.Running)
                    Apply(container, options, startedAt, await ProbeAsync(container, options, ended).ConfigureAwait(false));
            }
        }
        catch (FaultException error)
        {
            Log.Failed(log, container.Id, error);
        }
    }

    private async Task<HealthcheckResult> ProbeAsync(Container container, HealthCheckOptions options, Task ended)
    {
        var start = DateTimeOffset.UtcNow;
        var request = new ExecCreateRequest { Cmd = options.Command, AttachStdout = true, AttachStderr = true };
        var session = new ExecSession(ContainerId.Create(), container, request);
        events.Publish(container, $"exec_create: {session.CommandLine}", ("execID", session.Id));
        using var timeout = new CancellationTokenSource(options.Timeout);
        var output = new StringBuilder();
        int exitCode;
        try
        {
            await using var stream = await execs.StartAttachedAsync(session, request, timeout.Token).ConfigureAwait(false);
            await ReadAsync(stream, output, timeout.Token).ConfigureAwait(false);
            await Task.WhenAny(session.WhenEnded, ended).WaitAsync(timeout.Token).ConfigureAwait(false);
            exitCode = session.ExitCode ?? -1;
        }
        catch (OperationCanceledException)
        {
            await KillAsync(session).ConfigureAwait(false);
            string said = $"Health check exceeded timeout ({GoDuration.Format(options.Timeout)})";
            output.Insert(0, output.Length > 0 ? said + ": " : said);
            exitCode = -1;
        }
        catch (FaultException error)
        {
            output.Append(error.Message);
            exitCode = -1;
        }
        return new HealthcheckResult { Start = start, End = DateTimeOffset.UtcNow, ExitCode = exitCode, Output = output.ToString() };
    }

    private static async Task KillAsync(ExecSession session)
    {
        try
        {
            if (session.Container.Task is { } task)
                await task.KillAsync(session.Id, Signal.Kill, all: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // It has ended after all.
        }
    }

    /// <summary>The text of both streams without their frames, as much as is kept.</summary>
    private static async Task ReadAsync(Stream stream, StringBuilder output, CancellationToken ct)
    {
        byte[] header = new byte[Logs.StreamFrame.HeaderLength];
        byte[] payload = new byte[OutputBytes];
        int kept = 0;
        while (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) == header.Length)
        {
            for (int left = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)); left > 0;)
            {
                int read = await stream.ReadAsync(payload.AsMemory(0, Math.Min(left, payload.Length)), ct).ConfigureAwait(false);
                if (read == 0)
                    return;
                left -= read;
                int take = Math.Min(read, OutputBytes - kept);
                output.Append(Encoding.UTF8.GetString(payload, 0, take));
                kept += take;
            }
        }
    }

    private void Apply(Container container, HealthCheckOptions options, DateTimeOffset startedAt, HealthcheckResult result)
    {
        var before = container.Health ?? new ContainerHealth { Status = Starting };
        bool inStartPeriod = before.Status == Starting && result.Start - startedAt < options.StartPeriod;
        int streak = result.ExitCode == 0 ? 0 : inStartPeriod ? before.FailingStreak : before.FailingStreak + 1;
        string status = result.ExitCode == 0 ? Healthy : streak >= options.Retries ? Unhealthy : before.Status;
        var after = new ContainerHealth
        {
            Status = status,
            FailingStreak = streak,
            Log = [.. (before.Log ?? []).Append(result).TakeLast(LogEntries)],
        };
        if (container.TrySetHealth(after, startedAt) && status != before.Status)
            events.Publish(container, $"health_status: {status}");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "health check of container {Id} ended")]
        public static partial void Failed(ILogger logger, string id, Exception error);
    }
}
