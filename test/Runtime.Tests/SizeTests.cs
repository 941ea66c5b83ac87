namespace Sampan.Runtime.Tests;

/// <summary>SPECIFICATION § Numbers.</summary>
public sealed class SizeTests
{
    [Fact]
    public void The_runtime_is_one_file_of_at_most_3_megabytes()
        => Assert.InRange(new FileInfo(RuntimeProgramHost.Program).Length, 1_000_000, 3_000_000);

    /// <summary>Each library more is memory of every process and time of every start. docs/adr/executables-ready-in-the-file.md</summary>
    [Fact]
    public void The_runtime_needs_no_library_but_libc_and_its_loader()
    {
        string needed = RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("sh", "-c", $"objdump -p {RuntimeProgramHost.Program} | sed -n 's/ *NEEDED *//p' | sort | tr '\\n' ' '"));
        Assert.Equal("ld-linux-x86-64.so.2 libc.so.6 ", needed);
    }

    [Fact]
    public void A_message_of_the_kernels_names_its_error()
    {
        using var host = new RuntimeProgramHost();
        Assert.Contains("no such file or directory (ENOENT)", host.Run("run", "--bundle", new Bundle(host).Write(), "--pid-file", "/nowhere/at-all", host.Id).Error);
    }
}
