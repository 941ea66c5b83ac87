using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

/// <summary>In runc's three lines, which Docker reads; the first one says whose command line this is.</summary>
internal static class VersionCommand
{
    /// <summary>The runc whose commands, flags and documents these are.</summary>
    private const string Runc = "1.5.0";

    internal static int Run()
    {
        string version = typeof(VersionCommand).Assembly.GetName().Version!.ToString(3);
        StandardOutput.Write($"{GlobalOptions.ProgramName} {version}, as runc version {Runc}\ncommit: {Commit.Id}\nspec: {RuntimeSpec.CurrentVersion}\n");
        return 0;
    }
}
