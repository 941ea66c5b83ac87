using Sampan.Cli.Containers.Creation;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

/// <summary>What run and create have beside the options that make the request.</summary>
internal static class CreationOptions
{
    public static readonly Option<string> ContainerName = Options.Text("name", '\0', "Name of the container");
    public static readonly Option<string> Platform = Options.Text("platform", '\0', "Platform of the image: os[/arch[/variant]]");
    public static readonly Option<string> Pull = Options.Text("pull", '\0', "Pull the image first: always, missing, never", "missing");
    public static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Say nothing about pulling");
    public static readonly Option<bool> UseApiSocket = Options.Switch("use-api-socket", '\0', "Mount the engine's socket and credentials", unsupported: true);
    public static readonly Option<bool> DisableContentTrust = ContentTrust.Disable;

    public static IReadOnlyList<Option> All => [.. ContainerOptionTable.All, ContainerName, Platform, Pull, Quiet, UseApiSocket, DisableContentTrust];
}
