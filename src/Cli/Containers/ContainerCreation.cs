using Sampan.Cli.Containers.Creation;
using Sampan.Cli.Grammar;
using Sampan.Cli.Images;
using Sampan.EngineClient;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Containers;

/// <summary>Creates a container and pulls its image when it is missing: the common half of run and create.</summary>
internal static class ContainerCreation
{
    private static readonly string[] PullPolicies = ["always", "missing", "never", ""];

    /// <summary>Exit code when it is not the container that failed.</summary>
    public const int EngineFault = 125;

    /// <exception cref="CommandFailedException">125: options that cannot be meant.</exception>
    public static ContainerCreateRequest ReadRequest(Invocation invocation)
    {
        string pull = invocation.Get(CreationOptions.Pull);
        try
        {
            if (Array.IndexOf(PullPolicies, pull) < 0)
                throw new FormatException($"invalid pull option: '{pull}': must be one of \"always\", \"missing\" or \"never\"");
            var request = ContainerRequestReader.Read(invocation.Options, invocation.Arguments, invocation.Surroundings.Variable);
            var environment = ContainerProxies.AddTo(request.Env ?? [], invocation.Surroundings);
            return environment.Count == 0 ? request : request with { Env = environment };
        }
        catch (FormatException wrong)
        {
            throw new CommandFailedException(EngineFault, WithHelp(invocation, wrong.Message));
        }
    }

    /// <summary>"docker: …" and where to read on, as docker says it.</summary>
    public static string WithHelp(Invocation invocation, string message) =>
        $"{invocation.Surroundings.Program}: {message}\n\nRun '{invocation.Surroundings.Program} {invocation.Command.Name} --help' for more information";

    public static async Task<string> CreateAsync(EngineApiClient engine, Invocation invocation, ContainerCreateRequest request, CancellationToken ct)
    {
        using var idFile = CidFile.Open(request.HostConfig!.ContainerIDFile);
        if (!ImageReference.TryParse(request.Image, out var reference)) reference = null;
        string pull = invocation.Get(CreationOptions.Pull);
        if (pull == "always") await PullAsync(engine, invocation, request.Image, ct);
        ContainerCreateResponse created;
        try
        {
            created = await PostAsync();
        }
        catch (EngineException missing) when (missing.Kind == FaultKind.NotFound && reference is not null && pull is "missing" or "")
        {
            if (!invocation.Get(CreationOptions.Quiet))
                invocation.Output.WriteErrorLine($"Unable to find image '{reference!.WithDefaultTag().FamiliarString}' locally");
            await PullAsync(engine, invocation, request.Image, ct);
            created = await PostAsync();
        }
        foreach (string warning in created.Warnings) invocation.Output.WriteErrorLine("WARNING: " + warning);
        idFile?.Write(created.Id);
        return created.Id;

        Task<ContainerCreateResponse> PostAsync() =>
            engine.Containers.CreateAsync(invocation.Get(CreationOptions.ContainerName), invocation.Get(CreationOptions.Platform), request, ct);
    }

    private static async Task PullAsync(EngineApiClient engine, Invocation invocation, string image, CancellationToken ct)
    {
        // Progress goes to standard error: standard output is the container's.
        var output = invocation.Get(CreationOptions.Quiet) ? Stream.Null : invocation.Output.Error;
        await ImagePull.RunAsync(engine, invocation.Surroundings, image, invocation.Get(CreationOptions.Platform), output,
            invocation.Surroundings.ErrorColumns, ct);
    }
}
