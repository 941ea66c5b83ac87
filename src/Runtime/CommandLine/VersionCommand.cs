using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

/// <summary>In runc's three lines, which Docker reads; the first one says whose command line this is.</summary>
internal static class VersionCommand
{
    /// <summary>The runc whose commands, flags and documents these are.</summary>
    private const string Runc = "1.5.0";

    internal static int Run()
    {
        StandardOutput.Write($"{GlobalOptions.ProgramName} {ProgramVersion.Number}, as runc version {Runc}\ncommit: {ProgramVersion.Commit}\nspec: {RuntimeSpec.CurrentVersion}\n");
        return 0;
    }
}
