using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>How to make an image of one plain tar: docker import.</summary>
public sealed record ImportOptions
{
    /// <summary>Null: the image gets no name.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>Null: the platform of this machine.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The comment in its history; empty: "Imported from -".</summary>
    public string Message { get; init; } = "";

    /// <summary>Dockerfile instructions that set the config: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER,
    /// VOLUME, WORKDIR.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
}
