using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Containers;

/// <summary>One action on each of the containers named, at the same time, with results in the order given.</summary>
internal static class EachContainer
{
    private const int AtOnce = 50;

    /// <param name="act">Given the client and a name; what it returns is printed.</param>
    /// <param name="forgiveAbsent">A container that is not there is told, and is no failure.</param>
    public static async Task<int> RunAsync(Invocation invocation, Func<EngineApiClient, string, Task<string>> act, CancellationToken ct, bool forgiveAbsent = false)
    {
        var engine = await invocation.ConnectAsync(ct);
        using var gate = new SemaphoreSlim(AtOnce);
        var actions = invocation.Arguments.Select(ActAsync).ToList();
        int exitCode = 0;
        foreach (var action in actions)
        {
            try
            {
                invocation.Output.WriteLine(await action);
            }
            catch (FaultException fault)
            {
                invocation.Output.WriteErrorLine(fault is EngineException ? "Error response from daemon: " + fault.Message : fault.Message);
                if (!forgiveAbsent || fault.Kind != FaultKind.NotFound) exitCode = 1;
            }
        }
        return exitCode;

        async Task<string> ActAsync(string container)
        {
            await gate.WaitAsync(ct);
            try
            {
                return await act(engine, container);
            }
            finally
            {
                gate.Release();
            }
        }
    }
}
