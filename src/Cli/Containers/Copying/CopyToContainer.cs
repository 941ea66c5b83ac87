using System.IO.Pipelines;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Copying;

internal static class CopyToContainer
{
    private const uint Directory = 1u << 31, SymbolicLink = 1u << 27, Device = 1u << 26; // of Go's os.FileMode

    /// <param name="source">A local path, or "-" for a tar on standard input.</param>
    /// <param name="keepOwners">Else what is copied belongs to the container's root.</param>
    /// <returns>Bytes of tar.</returns>
    public static async Task<long?> RunAsync(Invocation invocation, string source, CopyPath destination, bool followLink, bool keepOwners, CancellationToken ct)
    {
        string local = source == "-" ? "-" : CopyPath.Absolute(source);
        var engine = await invocation.ConnectAsync(ct);
        var (path, stat) = await FindAsync(engine, destination, ct);
        if ((stat?.Mode & Device) > 0)
            throw new CommandFailedException(1, $"destination \"{destination.Container}:{destination.Path}\" must be a directory or a regular file: got a device");
        bool? exists = stat is null ? null : (stat.Mode & Directory) != 0;
        if (source == "-")
        {
            if (exists != true) throw new CommandFailedException(1, $"destination \"{destination.Container}:{destination.Path}\" must be a directory");
            var input = new CountedStream(invocation.Surroundings.Input);
            await engine.Containers.UploadAsync(destination.Container, path, input, keepOwners, ct);
            return input.Count;
        }
        return await UploadAsync(engine, local, destination.Container, path, exists, followLink, keepOwners, ct);
    }

    private static async Task<long> UploadAsync(EngineApiClient engine, string local, string container, string path, bool? exists, bool followLink, bool keepOwners, CancellationToken ct)
    {
        using var root = RootDirectory.Open("/");
        using var packed = Pack(root, local, followLink);
        var plan = CopyPlan.Make((packed.Stat.Mode & Directory) != 0, path, exists);
        var pipe = new Pipe();
        var packing = Task.Run(() =>
        {
            try
            {
                using var into = pipe.Writer.AsStream(leaveOpen: true);
                packed.Write(into, ct, plan.Name ?? (followLink ? CopyPath.Split(local).Name : null));
                pipe.Writer.Complete();
            }
            catch (Exception failure) when (failure is FaultException or IOException or OperationCanceledException)
            {
                pipe.Writer.Complete(failure); // the upload reads it, and ends with it
            }
        }, ct);
        var counted = new CountedStream(pipe.Reader.AsStream());
        try
        {
            await engine.Containers.UploadAsync(container, plan.Folder, counted, keepOwners, ct);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await packing;
        }
        return counted.Count;
    }

    private static PackedArchive Pack(RootDirectory root, string local, bool followLink)
    {
        if (!Files.TryStat(null, local, followLink, out var stat)) throw new CommandFailedException(1, $"lstat {local}: no such file or directory");
        if (CopyPath.AssertsDirectory(local) && stat.Kind != FileKind.Directory) throw new CommandFailedException(1, $"lstat {local}: not a directory");
        string path = followLink && new FileInfo(local).ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : local;
        return Archive.Pack(root, path);
    }

    /// <returns>The destination with its last link followed, and what is there; null for nothing.</returns>
    private static async Task<(string Path, ContainerPathStat? Stat)> FindAsync(EngineApiClient engine, CopyPath destination, CancellationToken ct)
    {
        var stat = await StatAsync(engine, destination.Container, destination.Path, ct);
        if (stat is null || (stat.Mode & SymbolicLink) == 0) return (destination.Path, stat);
        string target = stat.LinkTarget.StartsWith('/') ? stat.LinkTarget : $"{CopyPath.Split(destination.Path).Folder}/{stat.LinkTarget}";
        return (target, await StatAsync(engine, destination.Container, target, ct));
    }

    // A container that is not there answers the upload too, and says so then.
    private static async Task<ContainerPathStat?> StatAsync(EngineApiClient engine, string container, string path, CancellationToken ct)
    {
        try
        {
            return await engine.Containers.StatPathAsync(container, path, ct);
        }
        catch (EngineException refusal) when (refusal.Kind == FaultKind.NotFound)
        {
            return null;
        }
    }
}
