using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Sampan.Faults;

namespace Sampan.Specs.Oci.Image;

/// <summary>Operating system and CPU that an image is for. image-spec v1.1, image-index.md § platform.</summary>
public sealed record Platform
{
    /// <summary>GOARCH: amd64, arm64, arm, …</summary>
    public required string Architecture { get; init; }

    /// <summary>GOOS: linux, windows, …</summary>
    public required string Os { get; init; }
    [JsonPropertyName("os.version")] public string? OsVersion { get; init; }
    [JsonPropertyName("os.features")] public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>v7 of arm, v8 of arm64, v3 of amd64, …</summary>
    public string? Variant { get; init; }

    /// <summary>The machine we run on.</summary>
    public static Platform Host { get; } = new() { Os = "linux", Architecture = HostArchitecture() };

    /// <summary>os/arch[/variant], os alone or arch alone, as docker's --platform takes it; normalised.</summary>
    /// <exception cref="FaultException">InvalidArgument.</exception>
    public static Platform Parse(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 3) throw Bad($"\"{text}\": cannot parse platform specifier");
        if (parts.FirstOrDefault(part => !IsWord(part)) is { } wrong)
            throw Bad($"\"{wrong}\" is an invalid component of \"{text}\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\"");
        if (parts.Length > 1)
            return new Platform { Os = parts[0], Architecture = parts[1], Variant = parts.Length > 2 ? parts[2] : null }.Normalize();
        string word = NormalizeOs(parts[0].ToLowerInvariant());
        if (Array.IndexOf(SystemNames, word) >= 0) return Host with { Os = word };
        var platform = new Platform { Os = Host.Os, Architecture = word }.Normalize();
        return Array.IndexOf(ArchitectureNames, platform.Architecture) >= 0 ? platform : throw Bad($"\"{text}\": unknown operating system or architecture");
    }

    // GOOS and GOARCH, as go tool dist list and containerd's platforms know them: a word alone must be one of them.
    private static readonly string[] SystemNames =
        ["aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos"];

    private static readonly string[] ArchitectureNames =
    [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64",
        "s390", "s390x", "sparc", "sparc64", "wasm",
    ];

    private static FaultException Bad(string message) => new(FaultKind.InvalidArgument, message + ": invalid argument");

    /// <summary>Aliases become GOOS and GOARCH names, and a variant that only says the default is dropped: linux/x86_64 is
    /// linux/amd64, linux/arm64/v8 is linux/arm64, linux/armhf is linux/arm/v7.</summary>
    public Platform Normalize()
    {
        string variant = (Variant ?? "").ToLowerInvariant();
        (string architecture, variant) = (Architecture.ToLowerInvariant(), variant) switch
        {
            ("i386", _) => ("386", ""),
            ("x86_64" or "x86-64" or "amd64", "v1") => ("amd64", ""),
            ("x86_64" or "x86-64", _) => ("amd64", variant),
            ("aarch64" or "arm64", "8" or "v8") => ("arm64", ""),
            ("aarch64", _) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "" or "7") => ("arm", "v7"),
            ("arm", "5" or "6" or "8") => ("arm", "v" + variant),
            var (other, kept) => (other, kept),
        };
        return this with { Os = NormalizeOs(Os.ToLowerInvariant()), Architecture = architecture, Variant = variant.Length == 0 ? null : variant };
    }

    /// <summary>os/arch[/variant].</summary>
    public override string ToString() => Variant is { Length: > 0 } ? $"{Os}/{Architecture}/{Variant}" : $"{Os}/{Architecture}";

    private static string NormalizeOs(string os) => os is "macos" ? "darwin" : os;

    private static bool IsWord(string part) =>
        part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static string HostArchitecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm => "arm",
        var other => other.ToString().ToLowerInvariant(),
    };
}
