namespace Sampan.Specs.Oci.Image;

/// <summary>What a manifest or index says of its own type.</summary>
public sealed record MediaTyped
{
    public string? MediaType { get; init; }
}
