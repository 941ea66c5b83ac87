using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>Descriptors 0, 1 and 2 of a process to come; copies numbered out of the way of every target.</summary>
internal sealed class StandardStreams : IDisposable
{
    private const int OutOfTheWay = 10;
    private readonly SafeFileHandle[] _handles = new SafeFileHandle[3];

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
            }
        }
        finally
        {
            nowhere?.Dispose();
        }
    }

    internal SafeFileHandle this[int standard] => _handles[standard];

    /// <summary>False for /dev/null, which belongs to everybody.</summary>
    internal bool IsOwnable(int standard) => Files.Stat(_handles[standard]) is not { Kind: FileKind.CharacterDevice, RdevMajor: 1, RdevMinor: 3 };

    public void Dispose()
    {
        foreach (SafeFileHandle? handle in _handles) handle?.Dispose();
    }
}
