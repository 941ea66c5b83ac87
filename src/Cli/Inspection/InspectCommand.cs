using System.Text.Json;
using Sampan.Cli.Formatting;
using Sampan.Cli.Formatting.Templates;
using Sampan.Cli.Grammar;
using Sampan.Cli.Images;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Inspection;

internal static class InspectCommand
{
    private static readonly string[] Types = ["config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"];
    private static readonly Option<string> Format = ListOptions.ObjectFormat();
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "This platform's image: os[/arch[/variant]]");
    private static readonly Option<bool> Size = Options.Switch("size", 's', "With the sizes of containers");
    private static readonly Option<bool> Verbose = Options.Switch("verbose", 'v', "With what swarm services tell about it (this engine has none)");
    private static readonly Option<string> Type = Options.Text("type", '\0', "Look for this kind of object only: container, image, network, volume");

    public static Command Define() => new()
    {
        Name = "inspect",
        Synopsis = "[OPTIONS] NAME|ID [NAME|ID...]",
        Summary = "Show everything about containers, images, networks and volumes",
        Options = [Format, Size, Type],
        Arguments = ArgumentCount.AtLeast(1),
        Run = (invocation, ct) => RunAsync(invocation, invocation.Has(Type) ? invocation.Get(Type) : null, ct),
    };

    public static Command DefineContainer() => Define() with
    {
        Name = "container inspect",
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Show everything about containers",
        Options = [Format, Size],
        Run = (invocation, ct) => RunAsync(invocation, "container", ct),
    };

    public static Command DefineImage() => Define() with
    {
        Name = "image inspect",
        Synopsis = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Show everything about images",
        Options = [Format, Platform],
        Run = (invocation, ct) => RunAsync(invocation, "image", ct),
    };

    public static Command DefineNetwork() => Define() with
    {
        Name = "network inspect",
        Synopsis = "[OPTIONS] NETWORK [NETWORK...]",
        Summary = "Show everything about networks",
        Options = [Format, Verbose],
        Run = (invocation, ct) => RunAsync(invocation, "network", ct),
    };

    public static Command DefineVolume() => Define() with
    {
        Name = "volume inspect",
        Synopsis = "[OPTIONS] VOLUME [VOLUME...]",
        Summary = "Show everything about volumes",
        Options = [Format],
        Run = (invocation, ct) => RunAsync(invocation, "volume", ct),
    };

    private static async Task<int> RunAsync(Invocation invocation, string? type, CancellationToken ct)
    {
        if (type is not null && Array.IndexOf(Types, type) < 0)
            throw new CommandFailedException(1, type.Length == 0 ? $"type is empty: must be one of \"{string.Join("\", \"", Types)}\""
                : $"unknown type: {Quoted.Of(type)}: must be one of \"{string.Join("\", \"", Types)}\"");
        string format = invocation.Get(Format);
        var platform = type == "image" ? PlatformOption.Read(invocation.Get(Platform)) : null;
        var template = format == "json" ? null : ObjectFormat.Of(format);
        var engine = await invocation.ConnectAsync(ct);
        var found = new List<byte[]>();
        var rendered = new List<string>();
        var errors = new List<string>();
        foreach (string name in invocation.Arguments)
        {
            try
            {
                byte[] document = platform is not null ? await engine.Images.InspectRawAsync(name, ct, platform) : await FindAsync(engine, name, type, invocation.Get(Size), ct);
                if (template is null) found.Add(document);
                else rendered.Add(Render(template, document));
            }
            catch (FaultException fault)
            {
                errors.Add(fault is EngineException ? "Error response from daemon: " + fault.Message : fault.Message);
            }
            catch (TemplateException wrong)
            {
                errors.Add("template parsing error: " + wrong.Message);
            }
        }
        if (template is not null) invocation.Output.Write(rendered.Count == 0 ? "\n" : string.Concat(rendered.Select(text => text + "\n")));
        else WriteAll(invocation.Output, found, compact: format == "json");
        return errors.Count == 0 ? 0 : throw new CommandFailedException(1, string.Join('\n', errors));
    }

    private static async Task<byte[]> FindAsync(EngineApiClient engine, string name, string? type, bool size, CancellationToken ct)
    {
        foreach (string kind in type is null ? ["container", "image", "network", "volume"] : (IReadOnlyList<string>)[type])
        {
            try
            {
                return await (kind switch
                {
                    "container" => engine.Containers.InspectRawAsync(name, size, ct),
                    "image" => engine.Images.InspectRawAsync(name, ct),
                    "network" => engine.Networks.InspectRawAsync(name, ct),
                    "volume" => engine.Volumes.InspectRawAsync(name, ct),
                    _ => throw new FaultException(FaultKind.NotSupported, $"inspecting a {kind} is not supported yet"),
                });
            }
            catch (EngineException refusal) when (type is null && (refusal.Kind is FaultKind.NotFound or FaultKind.NotSupported
                || refusal.Message.Contains("invalid reference format", StringComparison.Ordinal)))
            {
                // Not one of these: the next kind may have it.
            }
        }
        throw new FaultException(FaultKind.NotFound, $"Error: No such object: {name}");
    }

    private static string Render(ObjectFormat template, byte[] document)
    {
        using var parsed = JsonDocument.Parse(document);
        return template.Render(parsed.RootElement);
    }

    private static void WriteAll(CommandOutput output, List<byte[]> documents, bool compact)
    {
        var all = new List<byte> { (byte)'[' };
        for (int i = 0; i < documents.Count; i++)
        {
            if (i > 0) all.Add((byte)',');
            all.AddRange(documents[i]);
        }
        all.Add((byte)']');
        output.Out.Write(compact ? JsonText.Compact([.. all]) : JsonText.Indent([.. all]));
        output.WriteLine("");
    }
}
