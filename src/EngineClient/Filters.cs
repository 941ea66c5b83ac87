using System.Text;
using System.Text.Json;

namespace Sampan.EngineClient;

/// <summary>The filters of a list or of events: {"label":["a=b"],"status":["exited"]}.</summary>
public sealed class Filters
{
    private readonly SortedDictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public bool IsEmpty => _values.Count == 0;

    public bool Contains(string name) => _values.ContainsKey(name);

    public Filters Add(string name, string value)
    {
        if (!_values.TryGetValue(name, out var list)) _values.Add(name, list = []);
        if (!list.Contains(value)) list.Add(value);
        return this;
    }

    /// <summary>The query parameter; null when there are none.</summary>
    public string? ToJson()
    {
        if (IsEmpty) return null;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, values) in _values)
            {
                writer.WriteStartArray(name);
                foreach (string value in values) writer.WriteStringValue(value);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
