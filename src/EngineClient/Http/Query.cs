using System.Globalization;
using System.Text;

namespace Sampan.EngineClient.Http;

/// <summary>The query of a request. A parameter with its API default is left out, so that an older engine sees nothing new.</summary>
internal sealed class Query
{
    public static readonly Query Empty = new();
    private readonly StringBuilder _text = new();

    /// <summary>"?a=1&amp;b=2", or nothing.</summary>
    public string Text => _text.ToString();

    public Query Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public Query Add(string name, bool value) => Add(name, value ? "1" : null);

    public Query Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));
}
