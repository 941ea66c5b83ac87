namespace Sampan.Layers.Trees;

/// <summary>How <see cref="TreeWriter"/> treats what is there already, and owners.</summary>
internal sealed record TreeWriterOptions
{
    /// <summary>Owner of everything; null takes each entry's.</summary>
    internal (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Refuse to put a directory where something else is, and the reverse.</summary>
    internal bool NoOverwriteDirNonDir { get; init; }

    /// <summary>The tree may be another mount namespace's: what is mounted in it is looked for, and not replaced.</summary>
    internal bool IsElsewhere { get; init; }

    /// <summary>An entry for the tree's root ("./") sets its mode, owner and times.</summary>
    internal bool AppliesRoot { get; init; } = true;

    /// <summary>Set on a directory that takes the place of a whiteout: what the whiteout hid stays hidden. Null: whiteouts mean nothing here.</summary>
    internal string? OpaqueXattr { get; init; }
}
