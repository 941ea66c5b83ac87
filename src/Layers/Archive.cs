using Sampan.Linux;

namespace Sampan.Layers;

/// <summary>Tars of paths inside a root, as Docker's container archive API gives and takes them (`docker cp`, `docker export`).
/// Every path resolves inside the root by the kernel (openat2(2), RESOLVE_IN_ROOT): CVE-2018-15664, CVE-2019-14271.</summary>
public static class Archive
{
    /// <summary>HEAD /containers/{id}/archive. The last element is not followed when it is a symbolic link, unless the path ends in "/" or "/.".</summary>
    /// <exception cref="Sampan.Faults.FaultException">NotFound, with Docker's text.</exception>
    public static PathStat Stat(RootDirectory root, string path) => throw new NotImplementedException();

    /// <summary>GET /containers/{id}/archive: a file, link or directory with everything below it; entries begin with the path's last element.</summary>
    /// <returns>As <see cref="Stat"/>, before the first byte is written by the returned archive.</returns>
    /// <exception cref="Sampan.Faults.FaultException">NotFound, with Docker's text.</exception>
    public static PackedArchive Pack(RootDirectory root, string path) => throw new NotImplementedException();

    /// <summary>`docker export`: everything below the root, names relative to it.</summary>
    public static void Export(RootDirectory root, Stream tar, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>PUT /containers/{id}/archive: unpacks a tar, compressed or not, into the existing directory at <paramref name="path"/>.</summary>
    /// <exception cref="Sampan.Faults.FaultException">NotFound: no such directory. InvalidArgument: not a directory, a bad tar, an entry that leads outside.</exception>
    public static void Unpack(Stream tar, RootDirectory root, string path, UnpackOptions options, CancellationToken ct) => throw new NotImplementedException();
}
