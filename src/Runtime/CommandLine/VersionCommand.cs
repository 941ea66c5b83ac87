using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class VersionCommand
{
    internal static int Run()
    {
        string version = typeof(VersionCommand).Assembly.GetName().Version!.ToString(3);
        StandardOutput.Write($"sampan-runtime version {version}\nspec: {RuntimeSpec.CurrentVersion}\n");
        return 0;
    }
}
