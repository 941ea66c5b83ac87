using Sampan.Cli.Grammar;

namespace Sampan.Cli.Images;

internal static class LogoutCommand
{
    public static Command Define() => new()
    {
        Name = "logout",
        Synopsis = "[SERVER]",
        Summary = "Forget the credentials of a registry; without a server of Docker Hub",
        Arguments = ArgumentCount.Between(0, 1),
        Run = (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        string server = invocation.Arguments is [var given] and not ["docker.io"] ? given : RegistryCredentials.DockerHubKey;
        string shown = server == RegistryCredentials.DockerHubKey ? server : RegistryCredentials.HostOf(server);
        invocation.Output.WriteLine($"Removing login credentials for {shown}");
        if (RegistryCredentials.For(server, invocation.Surroundings) is not null) RegistryCredentials.Remove(server, invocation.Surroundings);
        return 0;
    }
}
