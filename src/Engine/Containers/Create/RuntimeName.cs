using Sampan.Faults;

namespace Sampan.Engine.Containers.Create;

/// <summary>The runtimes of <c>--runtime</c>: ours alone, so far.</summary>
internal static class RuntimeName
{
    public const string Default = "sampan";

    /// <summary>"runc" is what other engines call their default; scripts that name it mean "the usual one".</summary>
    public const string Usual = "runc";

    /// <exception cref="FaultException">InvalidArgument, with Docker's text.</exception>
    public static string Resolve(string? name) => name switch
    {
        null or "" => Default,
        Default or Usual => name,
        _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown or invalid runtime name: {name}"),
    };
}
