namespace Sampan.Distribution.Hosts;

/// <summary>A table of a TOML document, as far as hosts.toml uses the language: tables, quoted and dotted keys, strings, booleans, numbers, arrays.
/// https://toml.io/en/v1.0.0</summary>
internal sealed class TomlTable
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>Keys in the order they were written: the order of mirrors.</summary>
    internal List<string> Keys { get; } = [];

    internal TomlTable? Table(string key) => _values.GetValueOrDefault(key) as TomlTable;

    internal string? Text(string key) => _values.GetValueOrDefault(key) as string;

    internal bool Boolean(string key) => _values.GetValueOrDefault(key) is true;

    internal object? Value(string key) => _values.GetValueOrDefault(key);

    /// <summary>A list of texts, or one text alone; empty when there is none.</summary>
    internal IReadOnlyList<string> Texts(string key) => _values.GetValueOrDefault(key) switch
    {
        string one => [one],
        List<object> list => [.. list.OfType<string>()],
        _ => [],
    };

    internal bool TryAdd(string key, object value)
    {
        if (!_values.TryAdd(key, value)) return false;
        Keys.Add(key);
        return true;
    }
}
