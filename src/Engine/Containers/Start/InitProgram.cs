using System.IO.Compression;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Engine.Containers.Start;

/// <summary>The small init of <c>--init</c>: a static program that this one carries, so that it runs in any root file system. Written to the data root when
/// the first container asks for it (the exec root is often mounted noexec).</summary>
/// <param name="dataRoot">Where it is written.</param>
/// <param name="open">The program, gzipped; null in a build that does not carry it.</param>
internal sealed class InitProgram(string dataRoot, Func<Stream?> open)
{
    public const string Name = "sampan-init";
    private const uint Executable = 0x1ED;   // 0755
    private readonly Lock _gate = new();   // guards _path and the file
    private string? _path;

    /// <exception cref="FaultException">NotSupported: this build has none.</exception>
    public string Find()
    {
        lock (_gate)
            return _path ??= Write();
    }

    // Replaced, never written into: containers of an earlier version go on with theirs.
    private string Write()
    {
        using var packed = open()
            ?? throw new FaultException(FaultKind.NotSupported, "not supported by this build: HostConfig.Init: it carries no init program; build it with eng/build");
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var program = new MemoryStream();
        unpacked.CopyTo(program);
        string path = Path.Combine(dataRoot, Name);
        Files.Replace(path, program.ToArray(), Executable);
        return path;
    }
}
