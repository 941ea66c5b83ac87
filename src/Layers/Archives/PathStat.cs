namespace Sampan.Layers;

/// <summary>What Docker's header X-Docker-Container-Path-Stat says about a path.</summary>
/// <param name="Name">Last element of the path as asked for ("/" for the root).</param>
/// <param name="Size">Bytes, as lstat gives them.</param>
/// <param name="Mode">Go's os.FileMode: permissions in the low 9 bits, kind and set-id bits from the top (ModeDir is bit 31).</param>
/// <param name="LinkTarget">For a symbolic link: the absolute path in the root it resolves to; else "".</param>
public sealed record PathStat(string Name, long Size, uint Mode, DateTimeOffset ModifyTime, string LinkTarget);
