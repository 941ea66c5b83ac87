using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

/// <summary>Ours alone: docker has no such command; oras discover shows the same.</summary>
internal static class ReferrersCommand
{
    private const string Table = "{{.ArtifactType}}\t{{.Digest}}\t{{.Size}}\t{{.Subject}}";
    private static readonly Option<string> ArtifactType = Options.Text("artifact-type", '\0', "Of this type only");
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Digests only");

    public static Command Define() => new()
    {
        Name = "image referrers",
        Synopsis = "[OPTIONS] NAME[:TAG|@DIGEST]",
        Summary = "List what a registry has about an image: signatures, SBOMs, attestations",
        Options = [ArtifactType, Format, Quiet],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var reference = ImagePull.Parse(invocation.Arguments[0]);
        string? type = invocation.Get(ArtifactType) is { Length: > 0 } wanted ? wanted : null;
        var auth = RegistryCredentials.For(reference, invocation.Surroundings);
        var format = ListFormat.Of(invocation.Get(Format), Table, invocation.Get(Quiet));
        var engine = await invocation.ConnectAsync(ct);
        var rows = await engine.Images.ReferrersAsync(reference.FamiliarString, type, auth, ct);
        invocation.Output.Write(format.Render(Columns, rows));
        return 0;
    }

    private static Columns<ImageReferrer> Columns => new(
        new("ID", "DIGEST", row => row.Descriptor.Digest),
        new("ArtifactType", "ARTIFACT TYPE", row => row.ArtifactType),
        new("Digest", "DIGEST", row => row.Descriptor.Digest),
        new("Size", "SIZE", row => Human.Size(row.Descriptor.Size, 3)),
        new("Subject", "SUBJECT", row => row.Subject));
}
