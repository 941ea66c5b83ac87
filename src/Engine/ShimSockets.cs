using System.Text;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine;

/// <summary>Where the shims of this daemon answer: <c>&lt;exec-root&gt;/s/&lt;12 hex of id&gt;</c>, short because sun_path holds 108 bytes. unix(7).</summary>
internal sealed class ShimSockets
{
    private const int LongestPath = 107;
    private readonly string _folder;

    /// <exception cref="FaultException">InvalidArgument: the exec root is too long.</exception>
    public ShimSockets(string execRoot)
    {
        _folder = Path.Combine(execRoot, "s");
        string longest = ShimLaunchOptions.AttachSocketOf(PathOf(new string('0', 64)));
        int excess = Encoding.UTF8.GetByteCount(longest) - LongestPath;
        if (excess > 0)
            throw new FaultException(FaultKind.InvalidArgument,
                $"cannot use exec root '{execRoot}': socket paths under it would be {excess} bytes too long (the kernel takes {LongestPath}); pass a shorter --exec-root");
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string PathOf(string containerId) => Path.Combine(_folder, containerId[..12]);

    public void Delete(string containerId)
    {
        string path = PathOf(containerId);
        File.Delete(path);
        File.Delete(ShimLaunchOptions.AttachSocketOf(path));
    }

    /// <summary>Removes sockets of containers that are not alive.</summary>
    public void Sweep(IReadOnlySet<string> liveShortIds)
    {
        foreach (string path in Directory.EnumerateFiles(_folder))
            if (!liveShortIds.Contains(Path.GetFileNameWithoutExtension(path)))
                File.Delete(path);
    }
}
