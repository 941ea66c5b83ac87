using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli;

/// <summary>One action on each of the objects named, one after the other; failures are told after the rest has been done.</summary>
internal static class EachObject
{
    /// <param name="act">Given the client and a name.</param>
    /// <param name="forgiveAbsent">An object that is not there is no failure.</param>
    /// <param name="ending">What docker says last, after the failures.</param>
    public static async Task<int> RunAsync(Invocation invocation, Func<EngineApiClient, string, Task> act, CancellationToken ct, bool forgiveAbsent = false, string? ending = null)
    {
        var engine = await invocation.ConnectAsync(ct);
        var errors = new List<string>();
        foreach (string name in invocation.Arguments)
        {
            try
            {
                await act(engine, name);
                invocation.Output.WriteLine(name);
            }
            catch (EngineException refusal) when (forgiveAbsent && refusal.Kind == FaultKind.NotFound)
            {
                // --force: that it is gone is what was asked for.
            }
            catch (EngineException refusal)
            {
                errors.Add("Error response from daemon: " + refusal.Message);
            }
        }
        if (errors.Count > 0 && ending is not null) errors.Add(ending);
        return errors.Count == 0 ? 0 : throw new CommandFailedException(1, string.Join('\n', errors));
    }
}
