using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>What each line of a log says of its container: labels, variables and a tag, as <c>--log-opt labels|env|labels-regex|env-regex|tag</c> ask for.</summary>
internal static class LogAttributes
{
    private static readonly TimeSpan RegexPatience = TimeSpan.FromSeconds(1);

    /// <exception cref="FaultException">InvalidArgument: an expression that is none. NotSupported: a tag with more than fields in it.</exception>
    public static void Check(IReadOnlyDictionary<string, string> options)
    {
        Expression(options, "labels-regex");
        Expression(options, "env-regex");
        if (options.GetValueOrDefault("tag") is { } tag)
            Expand(tag, field => FieldNames.Contains(field) ? "" : null);
    }

    /// <returns>A JSON object, keys in order; "" when there are none.</returns>
    public static string Of(ContainerDocument document)
    {
        var options = document.HostConfig.LogConfig.Config ?? new Dictionary<string, string>();
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Choose(document.Config.Labels ?? new Dictionary<string, string>(), options, "labels", attributes);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string variable in document.Config.Env ?? [])
            if (variable.IndexOf('=') is > 0 and var equals)
                variables[variable[..equals]] = variable[(equals + 1)..];
        Choose(variables, options, "env", attributes);
        if (options.GetValueOrDefault("tag") is { Length: > 0 } tag)
            attributes["tag"] = Expand(tag, field => Field(field, document));
        return attributes.Count == 0 ? "" : Write(attributes);
    }

    private static void Choose(IReadOnlyDictionary<string, string> from, IReadOnlyDictionary<string, string> options, string option, SortedDictionary<string, string> into)
    {
        foreach (string name in (options.GetValueOrDefault(option) ?? "").Split(','))
            if (from.TryGetValue(name, out string? value))
                into[name] = value;
        if (Expression(options, option + "-regex") is not { } expression)
            return;
        foreach (var (name, value) in from)
            if (expression.IsMatch(name))
                into[name] = value;
    }

    private static Regex? Expression(IReadOnlyDictionary<string, string> options, string name)
    {
        if (options.GetValueOrDefault(name) is not { Length: > 0 } text)
            return null;
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, RegexPatience);
        }
        catch (ArgumentException error)
        {
            throw LogOptions.Invalid($"error parsing regexp of {name}: {error.Message}");
        }
    }

    private static readonly HashSet<string> FieldNames =
        ["ID", "FullID", "Name", "ImageID", "ImageFullID", "ImageName", "DaemonName", "Command", "Hostname",
            "ContainerID", "ContainerName", "ContainerImageID", "ContainerImageName"];

    private static string? Field(string name, ContainerDocument document) => name switch
    {
        "ID" => ContainerId.Short(document.Id),
        "FullID" or "ContainerID" => document.Id,
        "Name" => document.Name,
        "ContainerName" => "/" + document.Name,
        "ImageID" => document.ImageId[..12],
        "ImageFullID" or "ContainerImageID" => document.ImageId,
        "ImageName" or "ContainerImageName" => document.Config.Image,
        "DaemonName" => "docker",
        "Command" => string.Join(' ', document.CommandLine),
        "Hostname" => Environment.MachineName,
        _ => null,
    };

    // app-{{.Name}}/{{ .ID }}
    private static string Expand(string template, Func<string, string?> field)
    {
        var text = new StringBuilder();
        for (int at = 0; ;)
        {
            int open = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
                return text.Append(template, at, template.Length - at).ToString();
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
                throw LogOptions.Invalid("template: log-tag:1: unclosed action");
            string word = template[(open + 2)..close].Trim();
            string? value = word.StartsWith('.') ? field(word[1..]) : null;
            text.Append(template, at, open - at).Append(value
                ?? throw new FaultException(FaultKind.NotSupported, $"not supported by this engine: '{{{{{word}}}}}' in log option 'tag'; known are {string.Join(", ", FieldNames)}"));
            at = close + 2;
        }
    }

    private static string Write(SortedDictionary<string, string> attributes)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in attributes)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
