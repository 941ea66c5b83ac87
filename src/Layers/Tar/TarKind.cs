namespace Sampan.Layers.Tar;

/// <summary>What an entry makes in the file system. The wire's type flags are in <see cref="TarFlag"/>.</summary>
internal enum TarKind { File, HardLink, SymbolicLink, CharacterDevice, BlockDevice, Directory, Fifo }

/// <summary>Type flags: POSIX ustar and pax, GNU's and Solaris' letters. tar(5).</summary>
internal static class TarFlag
{
    internal const byte Old = 0, File = (byte)'0', HardLink = (byte)'1', SymbolicLink = (byte)'2', CharacterDevice = (byte)'3',
        BlockDevice = (byte)'4', Directory = (byte)'5', Fifo = (byte)'6', Contiguous = (byte)'7',
        PaxHeader = (byte)'x', PaxGlobal = (byte)'g', SolarisPax = (byte)'X',
        GnuLongName = (byte)'L', GnuLongLink = (byte)'K', GnuSparse = (byte)'S', GnuDumpDirectory = (byte)'D', GnuVolume = (byte)'V';
}
