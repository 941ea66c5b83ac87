using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

/// <summary>--signal and --timeout of stop and restart.</summary>
internal static class StopOptions
{
    public static readonly Option<string> Signal = Options.Text("signal", 's', "Signal to send instead of the container's stop signal");
    public static readonly Option<long> Timeout = Options.Integer("timeout", 't', "Seconds to wait before killing; -1 waits for ever");
    private static readonly Option<long> Time = Options.Integer("time", '\0', "Older spelling of --timeout", hidden: true, aliasOf: Timeout);

    public static IReadOnlyList<Option> All => [Signal, Timeout, Time];

    /// <returns>Null when none was given: the container's own.</returns>
    public static int? Seconds(Invocation invocation) => invocation.Has(Timeout) ? (int)invocation.Get(Timeout) : null;
}
