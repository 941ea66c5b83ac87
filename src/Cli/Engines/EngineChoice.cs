using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Engines;

/// <summary>The engine that options and environment name: -H, SAMPAN_HOST, DOCKER_HOST, in this order; else the machine's own.</summary>
internal static class EngineChoice
{
    public const string DefaultSocket = "/run/sampan/sampan.sock";

    /// <exception cref="FaultException">An address that is none, or a way to connect that is not supported.</exception>
    public static EngineAccess Make(ParsedOptions options, Func<string, string?> variable)
    {
        RefuseUnsupported(options, variable);
        string? apiVersion = variable("DOCKER_API_VERSION") is { Length: > 0 } version ? version : null;
        string? host = options.Get(GlobalOptions.Host) switch
        {
            [] => NonEmpty(variable("SAMPAN_HOST")) ?? NonEmpty(variable("DOCKER_HOST")),
            [var one] => one,
            _ => throw new UsageException("Specify only one -H", 1),
        };
        if (host is not null) return new EngineAccess(EngineAddress.Parse(WithScheme(host)), apiVersion, starter: null);
        return new EngineAccess(EngineAddress.Parse("unix://" + DefaultSocket), apiVersion, new DaemonStarter(Path.GetDirectoryName(DefaultSocket)!));
    }

    private static void RefuseUnsupported(ParsedOptions options, Func<string, string?> variable)
    {
        string? context = NonEmpty(options.Get(GlobalOptions.Context)) ?? NonEmpty(variable("DOCKER_CONTEXT"));
        if (context is not null and not "default")
            throw new FaultException(FaultKind.NotSupported, $"context '{context}': docker contexts are not supported yet; name the engine with -H or DOCKER_HOST");
        if (NonEmpty(variable("DOCKER_TLS_VERIFY")) is not null || NonEmpty(variable("DOCKER_TLS")) is not null)
            throw new FaultException(FaultKind.NotSupported, "DOCKER_TLS_VERIFY is set, and TLS to the engine is not supported yet; unset it and use a unix socket");
    }

    /// <summary>"host:port" and "/path.sock" are short for tcp:// and unix://, as docker takes them.</summary>
    private static string WithScheme(string host) =>
        host.Contains("://", StringComparison.Ordinal) ? host : host.StartsWith('/') ? "unix://" + host : "tcp://" + host;

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
