using Sampan.Cli.Grammar;
using Sampan.EngineClient;

namespace Sampan.Cli;

/// <summary>--filter and --format, which every list has.</summary>
internal static class ListOptions
{
    /// <param name="shorthand">None where -f is --force.</param>
    public static Option<IReadOnlyList<string>> Filter(char shorthand = 'f') => Options.List("filter", shorthand, "Only what meets a condition: key=value", Check, type: "filter");

    /// <summary>--format of a list.</summary>
    public static Option<string> Format() => Options.Text("format", '\0', "How to print it: table, 'table TEMPLATE', json, or a Go template for each row");

    /// <summary>--format of an object.</summary>
    public static Option<string> ObjectFormat(char shorthand = 'f') => Options.Text("format", shorthand, "How to print it: json, or a Go template");

    public static Filters ToFilters(IReadOnlyList<string> conditions)
    {
        var filters = new Filters();
        foreach (string condition in conditions)
        {
            int equals = condition.IndexOf('=');
            filters.Add(condition[..equals].Trim().ToLowerInvariant(), condition[(equals + 1)..].Trim());
        }
        return filters;
    }

    private static string Check(string text) => text.Contains('=', StringComparison.Ordinal) ? text
        : throw new FormatException("bad format of filter (expected name=value)");
}
