namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>Where the published programs and the fixtures lie: SAMPAN_OUT and SAMPAN_FIXTURES, or out/ of this checkout.</summary>
public static class Repository
{
    public static string Out { get; } = Environment.GetEnvironmentVariable("SAMPAN_OUT") ?? Path.Combine(Root(), "out");
    public static string Fixtures { get; } = Environment.GetEnvironmentVariable("SAMPAN_FIXTURES") ?? Path.Combine(Out, "fixtures");
    public static string Sampan => Path.Combine(Out, "sampan");
    public static string SampanRuntime => Path.Combine(Out, "sampan-runtime");

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sampan.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests run from inside a checkout, or with SAMPAN_OUT set");
    }
}
