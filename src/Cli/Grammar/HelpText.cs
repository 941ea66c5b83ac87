using System.Text;

namespace Sampan.Cli.Grammar;

/// <summary>The usage text of one command, laid out as docker's: options sorted, descriptions wrapped beside them.</summary>
internal static class HelpText
{
    private const int Orphans = 5;       // a last word of so few columns may overhang rather than stand alone
    private const int NarrowestColumn = 24;

    /// <param name="width">Columns of the terminal.</param>
    public static string Of(Command command, string program, int width)
    {
        var text = new StringBuilder();
        text.Append($"Usage:  {program} {command.Name} {command.Synopsis}\n\n{command.Summary}\n");
        if (command.Aliases.Count > 0)
            text.Append($"\nAliases:\n  {string.Join(", ", command.Aliases.Select(alias => $"{program} {alias}"))}\n");
        var visible = command.Options.Where(option => !option.Hidden).OrderBy(option => option.Name, StringComparer.Ordinal).ToList();
        if (visible.Count > 0) text.Append("\nOptions:\n").Append(Table(visible, width - 1));
        return text.ToString();
    }

    public static string Table(IReadOnlyList<Option> options, int width)
    {
        var rows = options.Select(option => (Left: Left(option), Right: Right(option))).ToList();
        int indent = rows.Max(row => row.Left.Length) + 3;
        var text = new StringBuilder();
        foreach (var (left, right) in rows)
            text.Append(left.PadRight(indent)).Append(Wrap(right, indent, width)).Append('\n');
        return text.ToString();
    }

    private static string Left(Option option)
    {
        string name = option.Shorthand == '\0' ? $"      --{option.Name}" : $"  -{option.Shorthand}, --{option.Name}";
        return option.Type.Length == 0 ? name : $"{name} {option.Type}";
    }

    private static string Right(Option option)
    {
        string help = option.Unsupported ? option.Help + " (not supported yet)" : option.Help;
        return option.DefaultText is { } value ? $"{help} (default {value})" : help;
    }

    private static string Wrap(string text, int indent, int width)
    {
        int column = width - indent;
        if (column < NarrowestColumn) return text.Replace("\n", "\n" + new string(' ', indent), StringComparison.Ordinal);
        var lines = new List<string>();
        foreach (string paragraph in text.Split('\n'))
        {
            string rest = paragraph;
            while (rest.Length > column)
            {
                int limit = column - Orphans;
                int space = rest.LastIndexOf(' ', Math.Min(limit, rest.Length - 1));
                if (space <= 0) break;
                lines.Add(rest[..space]);
                rest = rest[(space + 1)..];
            }
            lines.Add(rest);
        }
        return string.Join("\n" + new string(' ', indent), lines);
    }
}
