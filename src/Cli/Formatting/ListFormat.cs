using System.Text;
using Sampan.Cli.Formatting.Templates;

namespace Sampan.Cli.Formatting;

/// <summary>--format of a list: "table", "table TEMPLATE", "json", or a template for each row.</summary>
internal sealed class ListFormat
{
    private const string Table = "table";
    private readonly GoTemplate _template;
    private readonly bool _isTable;

    private ListFormat(string template, bool isTable)
    {
        _template = ParseTemplate(template.Trim(' ').Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal));
        _isTable = isTable;
        Source = template;
    }

    public string Source { get; }

    /// <param name="format">What the user gave, or empty.</param>
    /// <param name="standard">The template of the list's own table.</param>
    /// <param name="quiet">Ids only, whatever the format; docker does the same.</param>
    /// <exception cref="CommandFailedException">The template is malformed.</exception>
    public static ListFormat Of(string format, string standard, bool quiet, string quietTemplate = "{{.ID}}") => format switch
    {
        _ when quiet => new ListFormat(quietTemplate, isTable: false),
        "" or Table => new ListFormat(standard, isTable: true),
        "json" => new ListFormat("{{json .}}", isTable: false),
        _ when format.StartsWith(Table, StringComparison.Ordinal) => new ListFormat(format[Table.Length..], isTable: true),
        _ => new ListFormat(format, isTable: false),
    };

    /// <summary>Tries a template on a row of nothing, before any engine is asked.</summary>
    /// <exception cref="CommandFailedException">It is malformed, or asks for a field that is not there.</exception>
    public static void Check<T>(string format, Columns<T> columns)
    {
        string step = "parse";
        try
        {
            var template = GoTemplate.Parse(format);
            step = "execute";
            template.Execute(columns.Header(), header: true);
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(1, $"failed to {step} template: {wrong.Message}");
        }
    }

    public string Render<T>(Columns<T> columns, IEnumerable<T> items)
    {
        var text = new StringBuilder();
        try
        {
            if (_isTable) text.Append(_template.Execute(columns.Header(), header: true)).Append('\n');
            foreach (var item in items) text.Append(_template.Execute(columns.Row(item))).Append('\n');
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(1, "template parsing error: " + wrong.Message);
        }
        return _isTable ? TabWriter.Align(text.ToString()) : text.ToString();
    }

    private static GoTemplate ParseTemplate(string template)
    {
        try
        {
            return GoTemplate.Parse(template);
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(1, "template parsing error: " + wrong.Message);
        }
    }
}
