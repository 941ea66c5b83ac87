namespace Sampan.Hello;

/// <summary>seccomp(2), from /proc/self/status.</summary>
internal static class Seccomp
{
    public static string Describe() => ProcFile.Status("Seccomp") switch
    {
        "2" => $"filtered, {ProcFile.Status("Seccomp_filters") ?? "?"} filter(s)",
        "1" => "strict",
        "0" => "unconfined",
        _ => "unknown",
    };
}
