using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;

namespace Sampan.Snapshots.Tests;

/// <summary>A file system of its own in a file, mounted nowhere in the machine's tree: reached through a descriptor, gone with it.</summary>
internal sealed class LoopDisk : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly string _device;
    private readonly SafeFileHandle _mount;

    internal LoopDisk(string type, long bytes, params string[] mkfs)
    {
        using (FileStream disk = File.OpenWrite(_file)) disk.SetLength(bytes);
        Run([.. mkfs, _file]);
        _device = Run(["losetup", "--find", "--show", _file]).Trim();
        _mount = Mounts.Create(type, _device, []);
    }

    internal string Root => _mount.ProcPath();

    public void Dispose()
    {
        _mount.Dispose();
        Run(["losetup", "--detach", _device]);
        File.Delete(_file);
    }

    private static string Run(string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{command[0]} exited {process.ExitCode}");
    }
}
