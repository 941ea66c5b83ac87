using System.Globalization;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers;

internal static class PortCommand
{
    public static Command Define() => new()
    {
        Name = "port",
        Aliases = ["container port", "port"],
        Synopsis = "CONTAINER [PRIVATE_PORT[/PROTO]]",
        Summary = "Show where the ports of a container are published",
        Arguments = ArgumentCount.Between(1, 2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        var container = await engine.Containers.InspectAsync(invocation.Arguments[0], ct);
        var published = container.NetworkSettings?.Ports ?? new Dictionary<string, IReadOnlyList<PortBinding>?>();
        foreach (string line in invocation.Arguments is [_, var wanted] ? Of(published, wanted, invocation.Arguments[0]) : All(published)) invocation.Output.WriteLine(line);
        return 0;
    }

    private static List<string> Of(IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?> published, string wanted, string container)
    {
        string[] parts = wanted.Split('/', 2);
        string port = parts[0], protocol = parts is [_, { Length: > 0 } given] ? given : "tcp";
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new CommandFailedException(1, $"invalid port '{wanted}': expected PRIVATE_PORT[/PROTO]");
        if (published.GetValueOrDefault($"{port}/{protocol}") is not { } bindings)
            throw new CommandFailedException(1, $"Error: No public port '{wanted}' published for {container}");
        return [.. bindings.Select(Text)];
    }

    private static IEnumerable<string> All(IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?> published) => published
        .Where(pair => pair.Value is not null)
        .OrderBy(pair => int.Parse(pair.Key.Split('/')[0], CultureInfo.InvariantCulture)).ThenBy(pair => pair.Key, StringComparer.Ordinal)
        .SelectMany(pair => pair.Value!.Select(binding => $"{pair.Key} -> {Text(binding)}"));

    private static string Text(PortBinding binding) =>
        binding.HostIp.Contains(':', StringComparison.Ordinal) ? $"[{binding.HostIp}]:{binding.HostPort}" : $"{binding.HostIp}:{binding.HostPort}";
}
