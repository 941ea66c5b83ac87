namespace Sampan.Shim.Tests.Harness;

/// <summary>A root file system with Debian's static busybox and the applets that the tests call.</summary>
public static class Rootfs
{
    private static readonly string[] Applets = ["sh", "cat", "echo", "sleep", "seq", "true", "false", "tty", "stty", "nc", "dd", "head", "tail", "id", "ps", "wc", "printf", "hostname", "kill", "mount", "test", "env", "yes", "ls"];

    public static void Make(string folder)
    {
        foreach (string name in new[] { "bin", "proc", "dev", "tmp", "etc" }) Directory.CreateDirectory($"{folder}/{name}");
        File.Copy("/bin/busybox", $"{folder}/bin/busybox");
        foreach (string applet in Applets) File.CreateSymbolicLink($"{folder}/bin/{applet}", "busybox");
    }
}
