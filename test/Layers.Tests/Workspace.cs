using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers.Tests;

/// <summary>A folder for one test: "in" is unpacked into, "out" lies beside it and must never change.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sampan-layers-");

    internal Workspace()
    {
        Directory.CreateDirectory(In);
        Directory.CreateDirectory(Out);
        File.WriteAllText($"{Out}/victim", "untouched");
        OutBefore = Manifest.Of(Out);
    }

    internal string Path => _folder.FullName;
    internal string In => $"{Path}/in";
    internal string Out => $"{Path}/out";
    internal string OutBefore { get; }

    internal SafeFileHandle OpenIn() => Open(In);

    internal static SafeFileHandle Open(string path) => Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);

    internal RootDirectory Root(string? path = null) => new(Open(path ?? In), "box");

    internal LayerResult Apply(byte[] layer, WhiteoutForm form = WhiteoutForm.Overlay, ApplyOptions? options = null)
        => Apply(new MemoryStream(layer), form, options);

    internal LayerResult Apply(Stream layer, WhiteoutForm form = WhiteoutForm.Overlay, ApplyOptions? options = null)
    {
        using SafeFileHandle directory = OpenIn();
        return LayerReader.Apply(layer, directory, (options ?? new ApplyOptions()) with { Whiteouts = form }, CancellationToken.None);
    }

    internal void Unpack(byte[] tar, string path = "/", UnpackOptions? options = null)
    {
        using RootDirectory root = Root();
        Archive.Unpack(new MemoryStream(tar), root, path, options ?? new UnpackOptions(), CancellationToken.None);
    }

    internal void AssertNothingOutside()
    {
        Assert.Equal(OutBefore, Manifest.Of(Out));
        Assert.Equal(["in", "out"], Directory.GetFileSystemEntries(Path).Select(static path => System.IO.Path.GetFileName(path)!).Order());
    }

    /// <summary>Runs a shell script in the folder; umask 022.</summary>
    internal string Shell(string script)
    {
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-euc", "umask 022; " + script])
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = shell.StandardError.ReadToEndAsync();
        string output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{script}: {errors.Result}");
        return output;
    }

    public void Dispose()
    {
        using SafeFileHandle parent = Open(_folder.Parent!.FullName);
        TreeRemover.Remove(parent, _folder.Name);
    }
}

/// <summary>A tree as text: kind, mode, owner, time, device, link count, extended attributes and a hash of the content of every name.</summary>
internal static class Manifest
{
    internal static string Of(string path, bool hasNanoseconds = true)
    {
        StringBuilder text = new();
        using SafeFileHandle top = Workspace.Open(path);
        using TreeWalker walker = new(top);
        while (walker.Read())
        {
            Statx stat = walker.Stat;
            string name = Encoding.Latin1.GetString(walker.Path);
            string full = $"{walker.Directory.ProcPath()}/{Encoding.UTF8.GetString(walker.Name)}";
            text.Append($"{stat.Kind} {name.Replace("\n", "\\n", StringComparison.Ordinal)} {Convert.ToString(stat.Permissions, 8)} {stat.Uid}:{stat.Gid} {stat.RdevMajor}:{stat.RdevMinor} ");
            text.Append($"{stat.ModifyTime.Seconds}.{(hasNanoseconds ? stat.ModifyTime.Nanoseconds : 0)} links={(stat.Kind == FileKind.Directory ? 0 : stat.LinkCount)}");
            if (stat.Kind == FileKind.SymbolicLink) text.Append($" -> {new FileInfo(full).LinkTarget}");
            if (stat.Kind == FileKind.Regular) text.Append($" {stat.Size} {Hash(walker)}");
            foreach ((string key, byte[] value) in ExtendedAttributes.List(walker.Directory.Fd(), walker.Name)) text.Append($" {key}={Convert.ToHexString(value)}");
            text.Append('\n');
        }
        return text.ToString();
    }

    private static unsafe string Hash(TreeWalker walker)
    {
        fixed (byte* name = walker.NameWithZero)
        {
            using SafeFileHandle file = new(Libc.openat(walker.Directory.Fd(), name, OpenFlags.ReadOnly, 0), ownsHandle: true);
            using FileStream stream = new(file, FileAccess.Read, 0);
            return Convert.ToHexString(SHA256.HashData(stream))[..16];
        }
    }
}
