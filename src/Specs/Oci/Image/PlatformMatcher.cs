using System.Runtime.Intrinsics.X86;

namespace Sampan.Specs.Oci.Image;

/// <summary>Which images run on a wanted platform, best first: arm v7 also runs v6 and v5, amd64 v3 also v2 and v1. 386 is never
/// taken for amd64.</summary>
public sealed class PlatformMatcher
{
    private readonly Platform _wanted;
    private readonly int _level;

    public PlatformMatcher(Platform wanted)
    {
        _wanted = wanted.Normalize();
        _level = Level(_wanted);
    }

    private PlatformMatcher(Platform wanted, int level) => (_wanted, _level) = (wanted, level);

    /// <summary>This machine: on amd64 up to the micro-architecture level of its CPU (System V psABI, § Micro-Architecture Levels).</summary>
    public static PlatformMatcher Host { get; } = new(Platform.Host, HostLevel());

    public Platform Wanted => _wanted;

    public bool Matches(Platform offered) => Rank(offered) >= 0;

    /// <summary>The best of an index, the first among equals; null when none matches.</summary>
    public Descriptor? Choose(IEnumerable<Descriptor> manifests) => Choose(manifests, manifest => manifest.Platform);

    /// <summary>The best of several things that are for a platform each, the first among equals; null when none matches.</summary>
    public T? Choose<T>(IEnumerable<T> offered, Func<T, Platform?> platformOf) where T : class => offered
        .Where(one => platformOf(one) is { } platform && Rank(platform) >= 0)
        .MaxBy(one => Rank(platformOf(one)!)); // the first of equals

    /// <summary>Below 0: does not match. Higher is nearer to the wanted variant.</summary>
    private int Rank(Platform offered)
    {
        offered = offered.Normalize();
        if (offered.Os != _wanted.Os || offered.Architecture != _wanted.Architecture) return -1;
        int level = Level(offered);
        if (level < 0) return offered.Variant == _wanted.Variant ? 0 : -1;
        return level <= _level ? level : -1;
    }

    private static int HostLevel()
    {
        if (Platform.Host.Architecture != "amd64") return Level(Platform.Host);
        if (!Sse42.IsSupported || !Popcnt.IsSupported) return 1;
        if (!Avx2.IsSupported || !Bmi1.IsSupported || !Bmi2.IsSupported || !Fma.IsSupported || !Lzcnt.IsSupported) return 2;
        return Avx512BW.VL.IsSupported && Avx512CD.VL.IsSupported && Avx512DQ.VL.IsSupported ? 4 : 3;
    }

    private static int Level(Platform platform)
    {
        string variant = platform.Variant ?? platform.Architecture switch { "arm64" => "v8", "amd64" => "v1", _ => "" };
        return variant is ['v', >= '0' and <= '9' and var digit] ? digit - '0' : -1;
    }
}
