using System.Globalization;

namespace Sampan.EngineApi.Http;

/// <summary>A version of the Engine API, "1.51". Further parts ("1.41.3") are read and ignored.</summary>
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>Served when a path names none.</summary>
    internal static ApiVersion Newest { get; } = new(1, 51);

    internal static ApiVersion Oldest { get; } = new(1, 24);

    internal static bool TryParse(ReadOnlySpan<char> text, out ApiVersion version)
    {
        version = default;
        int dot = text.IndexOf('.');
        var major = dot < 0 ? text : text[..dot];
        var rest = dot < 0 ? "0" : text[(dot + 1)..];
        int second = rest.IndexOf('.');
        if (second >= 0) rest = rest[..second];
        if (!int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out int majorNumber)) return false;
        if (!int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int minorNumber)) minorNumber = 0;
        version = new(majorNumber, minorNumber);
        return true;
    }

    public int CompareTo(ApiVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;
    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;
    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;

    /// <summary>True for a client older than 1.<paramref name="minor"/>.</summary>
    internal bool IsBelow(int minor) => this < new ApiVersion(1, minor);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
