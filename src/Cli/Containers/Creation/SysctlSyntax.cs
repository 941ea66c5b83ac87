namespace Sampan.Cli.Containers.Creation;

/// <summary>Kernel parameters that belong to a namespace; the others would change the host.</summary>
internal static class SysctlSyntax
{
    private static readonly string[] Names =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    private static readonly string[] Prefixes = ["net.", "fs.mqueue."];

    public static string Check(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? "" : text[..equals];
        bool allowed = Array.IndexOf(Names, name) >= 0 || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        return allowed ? text : throw new FormatException($"sysctl '{text}' is not allowed");
    }
}
