using Sampan.EngineClient;

namespace Sampan.Cli.Grammar;

/// <summary>One command about to run: what was typed, and the surroundings it runs in.</summary>
internal sealed record Invocation(Command Command, ParsedOptions Options, Surroundings Surroundings)
{
    public IReadOnlyList<string> Arguments => Options.Arguments;

    public CommandOutput Output => Surroundings.Output;

    public T Get<T>(Option<T> option) => Options.Get(option);

    public bool Has(Option option) => Options.Has(option);

    /// <summary>A client of the engine chosen by the global options; starts the engine when it may.</summary>
    public Task<EngineApiClient> ConnectAsync(CancellationToken ct) => Surroundings.Engine.ConnectAsync(ct);
}
