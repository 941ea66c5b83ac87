namespace Sampan.Shim.Tests.Harness;

/// <summary>Where the published programs lie: SAMPAN_OUT, or out/ of this checkout.</summary>
public static class Checkout
{
    public static string SampanRuntime { get; } = Path.Combine(Environment.GetEnvironmentVariable("SAMPAN_OUT") ?? Path.Combine(Root(), "out"), "sampan-runtime");

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sampan.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests run from inside a checkout, or with SAMPAN_OUT set");
    }
}
