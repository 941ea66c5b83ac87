using Microsoft.Extensions.Logging;
using Sampan.Engine;
using Sampan.Faults;

namespace Sampan;

/// <summary>SIGHUP: reads the configuration file again, beside the flags of the start, and takes over what can change without a restart, as dockerd does:
/// debug, labels, insecure registries, mirrors, how many transfers at once and how often they are tried.</summary>
internal sealed partial class DaemonReload(IReadOnlyList<string> args, EngineHost engine, DaemonLog logs, ILogger log)
{
    private readonly Lock _gate = new();   // one reload after the other

    internal void Run()
    {
        lock (_gate)
        {
            try
            {
                DaemonOptions changed = DaemonArguments.Parse(args);
                logs.Minimum = changed.Debug ? LogLevel.Debug : LogLevel.Information;
                engine.Reload(changed, RegistryArguments.OptionsOf(changed));
                Log.Reloaded(log);
            }
            catch (FaultException error)
            {
                Log.Refused(log, error.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "reloaded the configuration")]
        public static partial void Reloaded(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "cannot reload the configuration, what was stays: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
