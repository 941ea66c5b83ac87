namespace Sampan.Linux.Seccomp;

/// <summary>What a profile may say, and how much of it this kernel takes. runtime-spec, features-linux.md § seccomp.</summary>
public static class SeccompSupport
{
    public static IReadOnlyList<string> Actions => SeccompAction.Names;
    public static IReadOnlyList<string> Operators => SeccompCondition.Names;
    public static IReadOnlyList<string> Architectures => SeccompArchitectures.Names;
    public static IReadOnlyList<string> KnownFlags => SeccompFlags.Names;

    /// <summary>Those flags that the kernel takes: it is asked.</summary>
    public static IReadOnlyList<string> SupportedFlags()
    {
        List<string> supported = [];
        foreach (string flag in KnownFlags)
            if (SeccompFlags.IsTakenByKernel(flag)) supported.Add(flag);
        return supported;
    }
}
