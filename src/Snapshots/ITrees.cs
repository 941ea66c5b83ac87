using Microsoft.Win32.SafeHandles;

namespace Sampan.Snapshots;

/// <summary>How a file system makes and removes whole trees, each in a directory of its own.</summary>
internal interface ITrees
{
    /// <summary>The storage driver's name.</summary>
    string Name { get; }

    /// <summary>Makes the tree at <paramref name="path"/> (absolute, not there yet) with all files of <paramref name="parent"/>; null: empty. What an error leaves there the caller removes.</summary>
    void Make(string path, string? parent);

    /// <summary>Removes a tree, whole or half-made; nothing there is no error.</summary>
    void Remove(SafeFileHandle folder, string name);

    /// <summary>What the tree takes beyond what it shares with the tree it was made from.</summary>
    SnapshotUsage Usage(SafeFileHandle tree, SafeFileHandle parent);
}
