using Sampan.Faults;

namespace Sampan.Linux.Systemd;

/// <summary>A property of a container's unit that its config asks for by the annotation <c>org.systemd.property.NAME</c>, its value in GVariant's text.
/// https://github.com/opencontainers/runc/blob/main/docs/systemd.md § Auxiliary properties</summary>
public sealed class SystemdProperty
{
    private const string Prefix = "org.systemd.property.", Seconds = "Sec";
    private const int ShortestName = 3;
    private readonly VariantText _value;

    private SystemdProperty(string name, VariantText value) => (Name, _value) = (name, value);

    internal string Name { get; }

    /// <summary>Those among a config's annotations.</summary>
    /// <exception cref="FaultException">InvalidArgument: a name that is none, a value that cannot be read.</exception>
    public static IReadOnlyList<SystemdProperty> Of(IReadOnlyDictionary<string, string>? annotations)
    {
        List<SystemdProperty> properties = [];
        foreach ((string key, string text) in annotations ?? new Dictionary<string, string>())
            if (key.StartsWith(Prefix, StringComparison.Ordinal)) properties.Add(Parse(key, key[Prefix.Length..], text));
        return properties;
    }

    internal void Write(UnitProperties properties) => properties.Value(Name, _value);

    private static SystemdProperty Parse(string key, string name, string text)
    {
        if (name.Length < ShortestName) throw new FaultException(FaultKind.InvalidArgument, $"annotation {key} name incorrect: too short");
        foreach (char c in name)
            if (!char.IsAsciiLetter(c)) throw new FaultException(FaultKind.InvalidArgument, $"annotation {key} name incorrect: contains non-alphabetic character");
        try
        {
            VariantText value = VariantText.Parse(text);
            // Unit files have seconds where the bus has microseconds.
            if (!name.EndsWith(Seconds, StringComparison.Ordinal) || name.Length == Seconds.Length || !char.IsAsciiLetterLower(name[^(Seconds.Length + 1)])) return new(name, value);
            double seconds = value.AsNumber() ?? throw new FormatException("not a number");
            return new($"{name[..^Seconds.Length]}USec", VariantText.UInt64((ulong)(seconds * 1_000_000)));
        }
        catch (FormatException e)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"annotation {key}={text} value parse error: {e.Message}", e);
        }
    }
}
