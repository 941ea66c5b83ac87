using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>Descriptors 0, 1 and 2 of a process to come; copies numbered out of the way of every target.</summary>
internal sealed class StandardStreams : IDisposable
{
    private const int OutOfTheWay = 10;
    private readonly SafeFileHandle[] _handles = new SafeFileHandle[3];
    private readonly Statx[] _files = new Statx[3];

    /// <param name="preserved">How many descriptors from 3 on are somebody else's.</param>
    internal StandardStreams(SafeFileHandle? stdin, SafeFileHandle? stdout, SafeFileHandle? stderr, int preserved)
    {
        SafeFileHandle? nowhere = null;
        try
        {
            for (int i = 0; i < 3; i++)
            {
                SafeFileHandle? given = i switch { 0 => stdin, 1 => stdout, _ => stderr };
                if (given is null) nowhere ??= Files.Open("/dev/null", OpenFlags.ReadWrite);
                _handles[i] = Files.Duplicate(given ?? nowhere!, Math.Max(OutOfTheWay, 3 + preserved));
                _files[i] = Files.Stat(_handles[i]);
            }
        }
        finally
        {
            nowhere?.Dispose();
        }
    }

    internal SafeFileHandle this[int standard] => _handles[standard];

    /// <summary>It is /dev/null, which belongs to everybody, and of which a container has one itself.</summary>
    internal bool IsNull(int standard) => IsNull(_files[standard]);

    internal bool HasNull => IsNull(0) || IsNull(1) || IsNull(2);

    /// <summary>What a checkpoint has to know of them (<see cref="Specs.Oci.Runtime.ContainerState.StandardStreams"/>); null when none is a pipe.</summary>
    internal IReadOnlyList<string>? Names => _files[0].Kind == FileKind.Fifo || _files[1].Kind == FileKind.Fifo || _files[2].Kind == FileKind.Fifo
        ? [Name(_files[0]), Name(_files[1]), Name(_files[2])] : null;

    /// <summary>The container's own /dev/null, or the host's where it has none: a descriptor of a file that lies on the host's mounts
    /// is a way out for whoever finds one, and a process that has one cannot be saved.</summary>
    internal static SafeFileHandle OpenNull(RootDirectory root)
    {
        // Not blocking, for what else may lie there by that name; of /dev/null itself nothing depends on it.
        SafeFileHandle? own = root.TryOpen("/dev/null", OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal, 0, out _);
        if (own is not null && IsNull(Files.Stat(own))) return own;
        own?.Dispose();
        return Files.Open("/dev/null", OpenFlags.ReadWrite);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle? handle in _handles) handle?.Dispose();
    }

    private static bool IsNull(in Statx file) => file is { Kind: FileKind.CharacterDevice, RdevMajor: 1, RdevMinor: 3 };

    private static string Name(in Statx file) => file.Kind == FileKind.Fifo ? $"pipe:[{file.Inode}]" : "";
}
