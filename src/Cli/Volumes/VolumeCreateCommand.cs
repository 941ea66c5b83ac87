using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Volumes;

internal static class VolumeCreateCommand
{
    private static readonly Option<string> Driver = Options.Text("driver", 'd', "Who keeps the data", "local");
    private static readonly Option<IReadOnlyList<string>> Label = Options.List("label", '\0', "Label of the volume: key=value");
    private static readonly Option<string> Name = Options.Text("name", '\0', "Older spelling of the argument", hidden: true);
    private static readonly Option<IReadOnlyList<string>> DriverOption = Options.List("opt", 'o', "Option of the driver: key=value", type: "map");

    public static Command Define() => new()
    {
        Name = "volume create",
        Synopsis = "[OPTIONS] [VOLUME]",
        Summary = "Make a volume",
        Options = [Driver, Label, Name, DriverOption],
        Arguments = ArgumentCount.Between(0, 1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (invocation.Arguments.Count == 1 && invocation.Has(Name))
            throw new CommandFailedException(1, "conflicting options: cannot specify a volume-name through both --name and as a positional arg");
        var engine = await invocation.ConnectAsync(ct);
        var volume = await engine.Volumes.CreateAsync(new VolumeCreateRequest
        {
            Name = invocation.Arguments is [var name] ? name : invocation.Get(Name),
            Driver = invocation.Get(Driver),
            DriverOpts = KeyValues.Parse(invocation.Get(DriverOption)),
            Labels = KeyValues.Parse(invocation.Get(Label)),
        }, ct);
        invocation.Output.WriteLine(volume.Name);
        return 0;
    }
}
