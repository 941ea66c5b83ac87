using Sampan.Cli.Containers.Creation;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers;

internal static class UpdateCommand
{
    private const double NanoCpus = 1e9;

    // No default but none: what is not given stays as it is.
    private static readonly Option<string> Restart = Options.Text("restart", '\0', "When to start it again: no, on-failure[:max], always, unless-stopped");

    private static IReadOnlyList<Option> Changeable =>
    [
        ContainerOptionTable.BlkioWeight, ContainerOptionTable.CpuPeriod, ContainerOptionTable.CpuQuota, ContainerOptionTable.CpuRtPeriod, ContainerOptionTable.CpuRtRuntime,
        ContainerOptionTable.CpuShares, ContainerOptionTable.Cpus, ContainerOptionTable.CpusetCpus, ContainerOptionTable.CpusetMems, ContainerOptionTable.Memory,
        ContainerOptionTable.MemoryReservation, ContainerOptionTable.MemorySwap, ContainerOptionTable.PidsLimit, Restart,
    ];

    public static Command Define() => new()
    {
        Name = "update",
        Aliases = ["container update", "update"],
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Change the limits of containers",
        Options = Changeable,
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (!Changeable.Any(invocation.Has)) throw new CommandFailedException(1, "you must provide one or more flags when using this command");
        var update = Request(invocation);
        var engine = await invocation.ConnectAsync(ct);
        var warnings = new List<string>();
        var errors = new List<string>();
        foreach (string container in invocation.Arguments)
        {
            try
            {
                warnings.AddRange((await engine.Containers.UpdateAsync(container, update, ct)).Warnings ?? []);
                invocation.Output.WriteLine(container);
            }
            catch (EngineException refusal)
            {
                errors.Add("Error response from daemon: " + refusal.Message);
            }
        }
        if (warnings.Count > 0) invocation.Output.WriteLine(string.Join('\n', warnings));
        return errors.Count == 0 ? 0 : throw new CommandFailedException(1, string.Join('\n', errors));
    }

    private static ContainerUpdateRequest Request(Invocation invocation)
    {
        RestartPolicy restart;
        try
        {
            restart = RestartSyntax.Parse(invocation.Get(Restart));
        }
        catch (FormatException wrong)
        {
            throw new CommandFailedException(1, wrong.Message);
        }
        return new ContainerUpdateRequest
        {
            BlkioWeight = (ushort)invocation.Get(ContainerOptionTable.BlkioWeight),
            CpuPeriod = invocation.Get(ContainerOptionTable.CpuPeriod),
            CpuQuota = invocation.Get(ContainerOptionTable.CpuQuota),
            CpuRealtimePeriod = invocation.Get(ContainerOptionTable.CpuRtPeriod),
            CpuRealtimeRuntime = invocation.Get(ContainerOptionTable.CpuRtRuntime),
            CpuShares = invocation.Get(ContainerOptionTable.CpuShares),
            NanoCpus = (long)Math.Round(invocation.Get(ContainerOptionTable.Cpus) * NanoCpus),
            CpusetCpus = invocation.Get(ContainerOptionTable.CpusetCpus),
            CpusetMems = invocation.Get(ContainerOptionTable.CpusetMems),
            Memory = invocation.Get(ContainerOptionTable.Memory),
            MemoryReservation = invocation.Get(ContainerOptionTable.MemoryReservation),
            MemorySwap = invocation.Get(ContainerOptionTable.MemorySwap),
            PidsLimit = invocation.Has(ContainerOptionTable.PidsLimit) ? invocation.Get(ContainerOptionTable.PidsLimit) : null,
            RestartPolicy = restart,
        };
    }
}
