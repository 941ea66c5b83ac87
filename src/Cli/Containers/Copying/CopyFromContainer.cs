using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Layers;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Copying;

internal static class CopyFromContainer
{
    private const uint Directory = 1u << 31, SymbolicLink = 1u << 27; // of Go's os.FileMode

    /// <returns>Bytes of tar; null when they went to standard output.</returns>
    public static async Task<long?> RunAsync(Invocation invocation, CopyPath source, string destination, bool followLink, CancellationToken ct)
    {
        bool toStream = destination == "-";
        if (toStream && invocation.Surroundings.OutputTerminal is not null)
            throw new CommandFailedException(1, "refusing to write a tar to a terminal: use a pipe or a file");
        string target = toStream ? "" : CopyPath.Absolute(destination);
        if (!toStream) CheckTarget(target, destination);
        var engine = await invocation.ConnectAsync(ct);
        string path = source.Path;
        string? name = null;
        if (followLink) (path, name) = await FollowAsync(engine, source, ct);
        var (stat, tar) = await engine.Containers.DownloadAsync(source.Container, path, ct);
        await using var counted = new CountedStream(tar);
        if (toStream)
        {
            await counted.CopyToAsync(invocation.Output.Out, ct);
            return null;
        }
        await Task.Run(() => Unpack(counted, stat, path, name, target, ct), ct);
        return counted.Count;
    }

    private static void Unpack(CountedStream tar, ContainerPathStat stat, string path, string? name, string target, CancellationToken ct)
    {
        bool? exists = System.IO.Directory.Exists(target) ? true : File.Exists(target) ? false : null;
        var plan = CopyPlan.Make((stat.Mode & Directory) != 0, target, exists);
        string first = CopyPath.Split(path).Name;
        string? wanted = plan.Name ?? name;
        using var root = RootDirectory.Open("/");
        Archive.Unpack(new BlockingStream(tar, ct), root, plan.Folder, new UnpackOptions
        {
            NoOverwriteDirNonDir = true,
            Owner = (Libc.geteuid(), Libc.getegid()),
            Rename = wanted is null ? null : (first == "/" ? "" : first, wanted),
        }, ct);
    }

    // What is copied is the link's target, and it keeps the name of the link.
    private static async Task<(string Path, string? Name)> FollowAsync(EngineApiClient engine, CopyPath source, CancellationToken ct)
    {
        var stat = await engine.Containers.StatPathAsync(source.Container, source.Path, ct);
        if ((stat.Mode & SymbolicLink) == 0) return (source.Path, null);
        string link = CopyPath.Split(source.Path).Name;
        string path = stat.LinkTarget.StartsWith('/') ? stat.LinkTarget : $"{CopyPath.Split(source.Path).Folder}/{stat.LinkTarget}";
        return (path, link == CopyPath.Split(path).Name ? null : link);
    }

    private static void CheckTarget(string target, string typed)
    {
        string folder = CopyPath.Split(typed).Folder;
        if (!System.IO.Directory.Exists(CopyPath.Split(target).Folder)) throw new CommandFailedException(1, $"invalid output path: directory {Quoted.Of(folder)} does not exist");
        if (Files.TryStat(null, target, followLinks: true, out var stat) && stat.Kind is FileKind.BlockDevice or FileKind.CharacterDevice)
            throw new CommandFailedException(1, $"invalid output path: {Quoted.Of(typed)} must be a directory or a regular file: got a device");
    }
}
