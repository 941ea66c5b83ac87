using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sampan.Cli.Formatting;
using Sampan.Cli.Formatting.Templates;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Inspection;

internal static class VersionCommand
{
    private const int LeastWidth = 20, Padding = 1;
    private static readonly Option<string> Format = ListOptions.ObjectFormat();

    public static Command Define() => new()
    {
        Name = "version",
        Synopsis = "[OPTIONS]",
        Summary = "Show the versions of this program and of the engine",
        Options = [Format],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var format = ObjectFormat.Of(invocation.Get(Format));
        VersionResponse? server = null;
        FaultException? fault = null;
        string apiVersion = EngineApiClient.NewestApiVersion;
        try
        {
            var engine = await invocation.ConnectAsync(ct);
            apiVersion = engine.ApiVersion;
            server = await engine.System.VersionAsync(ct);
        }
        catch (FaultException absent)
        {
            fault = absent;   // our own half is told all the same
        }
        invocation.Output.Write(format is null ? Text(apiVersion, server) : Formatted(format, apiVersion, server));
        return fault is null ? 0 : throw fault;
    }

    private static string Text(string apiVersion, VersionResponse? server)
    {
        string negotiated = apiVersion == EngineApiClient.NewestApiVersion ? apiVersion : $"{apiVersion} (downgraded from {EngineApiClient.NewestApiVersion})";
        var text = new StringBuilder("Client: Sampan\n");
        Line(text, " Version", ProgramVersion.Text);
        Line(text, " API version", negotiated);
        Line(text, " Runtime", RuntimeInformation.FrameworkDescription);
        Line(text, " OS/Arch", $"linux/{Architecture}");
        Line(text, " Context", "default");
        if (server is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nServer:{(server.Platform.Name.Length > 0 ? " " + server.Platform.Name : "")}\n");
            foreach (var component in server.Components ?? [new ComponentVersion { Name = "Engine", Version = server.Version }]) Append(text, component, server);
        }
        return TabWriter.Align(text.ToString(), LeastWidth, Padding);
    }

    private static void Append(StringBuilder text, ComponentVersion component, VersionResponse server)
    {
        text.Append(' ').Append(component.Name).Append(":\n");
        Line(text, "  Version", component.Version);
        var details = component.Details ?? new Dictionary<string, string>();
        if (component.Name != "Engine")
        {
            foreach (var (name, value) in details.OrderBy(pair => pair.Key, StringComparer.Ordinal)) Line(text, "  " + name, value);
            return;
        }
        string Detail(string name, string otherwise) => details.GetValueOrDefault(name, otherwise);
        Line(text, "  API version", $"{Detail("ApiVersion", server.ApiVersion)} (minimum version {Detail("MinAPIVersion", server.MinApiVersion ?? "")})");
        Line(text, "  Go version", Detail("GoVersion", server.GoVersion));
        Line(text, "  Git commit", Detail("GitCommit", server.GitCommit));
        Line(text, "  Built", AnsiDate(Detail("BuildTime", server.BuildTime ?? "")));
        Line(text, "  OS/Arch", $"{Detail("Os", server.Os)}/{Detail("Arch", server.Arch)}");
        Line(text, "  Experimental", Detail("Experimental", server.Experimental ? "true" : "false"));
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append(name).Append(":\t").Append(value).Append('\n');

    /// <summary>"Fri May 30 12:07:14 2025", C's asctime(3).</summary>
    private static string AnsiDate(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToString("ddd MMM ", CultureInfo.InvariantCulture) + time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + time.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture)
            : text;

    private static string Formatted(ObjectFormat format, string apiVersion, VersionResponse? server)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("Client");
            writer.WriteStartObject("Platform");
            writer.WriteString("Name", "Sampan");
            writer.WriteEndObject();
            writer.WriteString("Version", ProgramVersion.Text);
            writer.WriteString("ApiVersion", apiVersion);
            writer.WriteString("DefaultAPIVersion", EngineApiClient.NewestApiVersion);
            writer.WriteString("GitCommit", "");
            writer.WriteString("GoVersion", "");
            writer.WriteString("Os", "linux");
            writer.WriteString("Arch", Architecture);
            writer.WriteString("BuildTime", "");
            writer.WriteString("Context", "default");
            writer.WriteEndObject();
            writer.WritePropertyName("Server");
            if (server is null) writer.WriteNullValue();
            else JsonSerializer.Serialize(writer, server, DockerJson.Wire.VersionResponse);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(stream.ToArray());
        try
        {
            return format.Render(document.RootElement) + "\n";
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(1, wrong.Message);
        }
    }
}
