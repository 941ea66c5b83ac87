using System.Text.Json;
using Sampan.Cli.Formatting.Templates;

namespace Sampan.Cli.Formatting;

/// <summary>--format of one object: "json" or a template.</summary>
internal sealed class ObjectFormat
{
    /// <summary>EX_USAGE of sysexits.h: docker's code for a malformed template here.</summary>
    private const int UsageFault = 64;
    private readonly GoTemplate _template;

    private ObjectFormat(GoTemplate template) => _template = template;

    /// <returns>Null without a format.</returns>
    /// <exception cref="CommandFailedException">64: the template is malformed.</exception>
    public static ObjectFormat? Of(string format, string complaint = "template parsing error: ")
    {
        if (format.Length == 0) return null;
        try
        {
            return new ObjectFormat(GoTemplate.Parse(format == "json" ? "{{json .}}" : format));
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(UsageFault, complaint + wrong.Message);
        }
    }

    /// <exception cref="TemplateException">A field that is not there.</exception>
    public string Render(JsonElement element) => _template.Execute(Value.Of(element));
}
