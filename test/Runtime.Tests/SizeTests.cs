namespace Sampan.Runtime.Tests;

/// <summary>SPECIFICATION § Numbers.</summary>
public sealed class SizeTests
{
    [Fact]
    public void The_runtime_is_one_file_of_at_most_3_megabytes()
        => Assert.InRange(new FileInfo(RuntimeProgramHost.Program).Length, 1_000_000, 3_000_000);

    [Fact]
    public void A_message_of_the_kernels_names_its_error()
    {
        using var host = new RuntimeProgramHost();
        Assert.Contains("no such file or directory (ENOENT)", host.Run("run", "--bundle", new Bundle(host).Write(), "--pid-file", "/nowhere/at-all", host.Id).Error);
    }
}
