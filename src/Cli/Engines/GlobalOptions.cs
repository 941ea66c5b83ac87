using Sampan.Cli.Grammar;

namespace Sampan.Cli.Engines;

/// <summary>The options before the command: `sampan -H tcp://… ps`.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string> Config = Options.Text("config", '\0', "Folder of the client's configuration files");
    public static readonly Option<string> Context = Options.Text("context", 'c', "Name of a docker context; only \"default\" is supported");
    public static readonly Option<bool> Debug = Options.Switch("debug", 'D', "Accepted; this client writes no debug lines");
    public static readonly Option<IReadOnlyList<string>> Host = Options.List("host", 'H', "Engine to connect to: unix:///path or tcp://host:port");
    public static readonly Option<string> LogLevel = Options.Text("log-level", 'l', "Accepted; this client writes no log lines", "info");
    public static readonly Option<bool> Tls = Options.Switch("tls", '\0', "Use TLS", unsupported: true);
    public static readonly Option<string> TlsCaCert = Options.Text("tlscacert", '\0', "Certificates of the authorities to trust", unsupported: true);
    public static readonly Option<string> TlsCert = Options.Text("tlscert", '\0', "Our certificate", unsupported: true);
    public static readonly Option<string> TlsKey = Options.Text("tlskey", '\0', "Key of our certificate", unsupported: true);
    public static readonly Option<bool> TlsVerify = Options.Switch("tlsverify", '\0', "Use TLS and verify the engine", unsupported: true);
    public static readonly Option<bool> Version = Options.Switch("version", 'v', "Print the version and quit");

    public static IReadOnlyList<Option> All => [Config, Context, Debug, Host, LogLevel, Tls, TlsCaCert, TlsCert, TlsKey, TlsVerify, Version];
}
