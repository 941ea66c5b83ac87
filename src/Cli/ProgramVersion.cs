using System.Reflection;

namespace Sampan.Cli;

/// <summary>The version of this program, from Directory.Build.props.</summary>
internal static class ProgramVersion
{
    public static string Text => typeof(ProgramVersion).Assembly.GetName().Version is { } version ? version.ToString(3) : "";
}
