using System.Collections.Frozen;
using System.Text.Json;
using Sampan.Faults;

namespace Sampan.Engine;

/// <summary>The <c>filters</c> query parameter: for each key the accepted values, any of which is enough.
/// Both wire forms are read: <c>{"status":["running"]}</c> and the older <c>{"status":{"running":true}}</c>.</summary>
public sealed class Filters
{
    private readonly FrozenDictionary<string, FrozenSet<string>> _values;

    private Filters(Dictionary<string, HashSet<string>> values) =>
        _values = values.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public static Filters None { get; } = new([]);

    public bool IsEmpty => _values.Count == 0;

    /// <exception cref="FaultException">InvalidArgument: no JSON object of lists or of maps to booleans.</exception>
    public static Filters Parse(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return None;
        var values = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var property in document.RootElement.EnumerateObject())
                values[property.Name] = ReadValues(property.Value);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"invalid filter '{json}': expected a JSON object of string lists", error);
        }
        return new Filters(values);
    }

    private static HashSet<string> ReadValues(JsonElement element)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                values.Add(item.GetString() ?? "");
            return values;
        }
        foreach (var item in element.EnumerateObject())
            if (item.Value.GetBoolean())
                values.Add(item.Name);
        return values;
    }

    /// <summary>These filters with one more value.</summary>
    public Filters With(string key, string value)
    {
        var values = _values.ToDictionary(pair => pair.Key, pair => new HashSet<string>(pair.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        if (!values.TryGetValue(key, out var existing))
            values[key] = existing = new HashSet<string>(StringComparer.Ordinal);
        existing.Add(value);
        return new Filters(values);
    }

    public bool Has(string key) => _values.ContainsKey(key);

    public IReadOnlyCollection<string> Get(string key) => _values.TryGetValue(key, out var values) ? values.Items : [];

    /// <summary>True when the key is absent or one of its values equals.</summary>
    public bool Matches(string key, string? value) =>
        !_values.TryGetValue(key, out var values) || (value is not null && values.Contains(value));

    /// <summary>True when the key is absent or the value starts with one of its values.</summary>
    public bool MatchesPrefix(string key, string? value) =>
        !_values.TryGetValue(key, out var values)
        || (value is not null && (values.Contains(value) || values.Items.Any(prefix => value.StartsWith(prefix, StringComparison.Ordinal))));

    /// <summary>True when the key is absent or <paramref name="predicate"/> accepts one of its values.</summary>
    public bool Any(string key, Func<string, bool> predicate) =>
        !_values.TryGetValue(key, out var values) || values.Items.Any(predicate);

    /// <summary>True when every <c>label</c> filter (<c>key</c> or <c>key=value</c>) holds for the labels.</summary>
    public bool MatchesLabels(string key, IReadOnlyDictionary<string, string>? labels) =>
        !_values.TryGetValue(key, out var values) || values.Items.All(wanted => HasLabel(labels, wanted));

    private static bool HasLabel(IReadOnlyDictionary<string, string>? labels, string wanted)
    {
        int equals = wanted.IndexOf('=');
        string name = equals < 0 ? wanted : wanted[..equals];
        return labels is not null && labels.TryGetValue(name, out var value) && (equals < 0 || value == wanted[(equals + 1)..]);
    }

    /// <summary>Refuses keys that the noun does not know, with Docker's text.</summary>
    public void Validate(params ReadOnlySpan<string> accepted)
    {
        foreach (string key in _values.Keys)
            if (!accepted.Contains(key))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid filter '{key}'");
    }

    /// <summary>A filter that takes one boolean (<c>dangling</c>, <c>all</c>); null when absent.</summary>
    public bool? GetBoolean(string key)
    {
        if (!_values.TryGetValue(key, out var values))
            return null;
        bool yes = values.Contains("1") || values.Contains("true");
        bool no = values.Contains("0") || values.Contains("false");
        return yes != no ? yes
            : throw new FaultException(FaultKind.InvalidArgument, $"invalid filter '{key}=[{string.Join(' ', values.Items.Order(StringComparer.Ordinal))}]'");
    }
}
