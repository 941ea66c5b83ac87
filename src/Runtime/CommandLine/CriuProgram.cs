using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>criu(8), which saves and restores trees of processes.</summary>
internal static class CriuProgram
{
    internal static FaultException NotSupported() => ProgramSearch.Find("criu") is { } path
        ? new(FaultKind.NotSupported, $"checkpoint and restore through '{path}' are not supported yet; use another runtime for this container")
        : new(FaultKind.NotSupported, "checkpoint and restore need criu, and there is none in $PATH; install the package criu");
}
