using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>criu(8), which saves and restores trees of processes.</summary>
internal static class CriuProgram
{
    /// <returns>Null when it is not installed.</returns>
    internal static string? Find()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists($"{folder}/criu")) return $"{folder}/criu";
        return null;
    }

    internal static FaultException NotSupported() => Find() is { } path
        ? new(FaultKind.NotSupported, $"checkpoint and restore through '{path}' are not supported yet; use another runtime for this container")
        : new(FaultKind.NotSupported, "checkpoint and restore need criu, and there is none in $PATH; install the package criu");
}
