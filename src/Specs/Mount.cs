namespace Sampan.Specs;

/// <summary>One mount to make, as the snapshotter gives it and containerd's Task API carries it: data only, nothing is mounted yet.
/// <paramref name="Options"/> are single options in mount(8)'s spelling ("ro", "upperdir=/x/fs"); in overlay's lowerdir the layers are
/// joined by ':' from top to bottom, and ':' and '\' in a path are escaped by '\'.</summary>
public sealed record Mount(string Type, string Source, IReadOnlyList<string> Options);
