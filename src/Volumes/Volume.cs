namespace Sampan.Volumes;

/// <summary>A named volume of the local driver.</summary>
public sealed record Volume
{
    public required string Name { get; init; }
    public string Driver => "local";
    public string Scope => "local";
    public required DateTimeOffset CreatedAt { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>--opt: empty, or type, device and o of a mount.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
    /// <summary>Its name was made up by us: removed with <c>rm -v</c>, pruned without <c>--all</c>.</summary>
    public bool Anonymous { get; init; }
    /// <summary><c>&lt;data-root&gt;/volumes/NAME/_data</c>.</summary>
    public required string Mountpoint { get; init; }
}
