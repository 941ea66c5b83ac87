namespace Sampan.Linux.Native;

/// <summary>openat2(2), <c>how.resolve</c>.</summary>
[Flags]
public enum ResolveFlags : ulong
{
    None = 0,
    NoXdev = 0x01,
    NoMagicLinks = 0x02,
    NoSymlinks = 0x04,
    Beneath = 0x08,
    InRoot = 0x10,
}
