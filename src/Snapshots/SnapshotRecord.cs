using System.Text.Json.Serialization;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots;

/// <summary>One snapshot: which directory holds its own files and what lies below. Written to chains/ when committed, to keys/ before.</summary>
/// <param name="Directory">Number of the directory; null for a view, which has no files of its own.</param>
internal sealed record SnapshotRecord(int? Directory, ChainId? Parent);

/// <summary>The record on disk, a JSON document.</summary>
internal sealed record SnapshotDocument
{
    public int? Directory { get; init; }

    /// <summary>Chain of the parent, "sha256:…".</summary>
    public string? Parent { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SnapshotDocument))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
