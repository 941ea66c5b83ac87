using System.Globalization;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>--mount type=bind,source=/a,target=/b,readonly: one CSV record of key=value.</summary>
internal sealed class MountSyntax
{
    private MountRequest _mount = new() { Type = "volume" };
    private readonly Dictionary<string, string> _volumeLabels = new(StringComparer.Ordinal), _volumeOptions = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">Not that syntax, or keys of another mount type.</exception>
    public static MountRequest Parse(string text)
    {
        var syntax = new MountSyntax();
        foreach (string field in CsvRecord.Split(text)) syntax.Read(field);
        return syntax.Finish();
    }

    private MountVolumeOptions Volume => _mount.VolumeOptions ?? new() { DriverConfig = new() };

    private MountBindOptions Bind => _mount.BindOptions ?? new();

    private MountTmpfsOptions Tmpfs => _mount.TmpfsOptions ?? new();

    private void Read(string field)
    {
        int equals = field.IndexOf('=');
        string key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
        if (equals < 0)
        {
            if (key is not ("readonly" or "ro" or "volume-nocopy" or "bind-nonrecursive"))
                throw new FormatException($"invalid field '{field}' must be a key=value pair");
        }
        string value = equals < 0 ? "true" : field[(equals + 1)..];
        _mount = key switch
        {
            "type" => _mount with { Type = value.ToLowerInvariant() },
            "source" or "src" => _mount with { Source = value.StartsWith('.') ? Path.GetFullPath(value) : value },
            "target" or "dst" or "destination" => _mount with { Target = value },
            "readonly" or "ro" => _mount with { ReadOnly = Flag(key, value) },
            "consistency" => _mount with { Consistency = value.ToLowerInvariant() },
            "bind-propagation" => _mount with { BindOptions = Bind with { Propagation = value.ToLowerInvariant() } },
            "bind-nonrecursive" => _mount with { BindOptions = Bind with { NonRecursive = Flag(key, value) } },
            "bind-recursive" => Recursive(value),
            "volume-subpath" => _mount with { VolumeOptions = Volume with { Subpath = value } },
            "volume-nocopy" => _mount with { VolumeOptions = Volume with { NoCopy = Flag(key, value) } },
            "volume-label" => AddTo(_volumeLabels, value),
            "volume-opt" => AddTo(_volumeOptions, value),
            "volume-driver" => _mount with { VolumeOptions = Volume with { DriverConfig = new() { Name = value } } },
            "image-subpath" => _mount with { ImageOptions = new() { Subpath = value } },
            "tmpfs-size" => _mount with { TmpfsOptions = Tmpfs with { SizeBytes = Size(key, value) } },
            "tmpfs-mode" => _mount with { TmpfsOptions = Tmpfs with { Mode = Mode(key, value) } },
            _ => throw new FormatException($"unexpected key '{key}' in '{field}'"),
        };
    }

    private MountRequest Finish()
    {
        if (string.IsNullOrEmpty(_mount.Type)) throw new FormatException("type is required");
        if (string.IsNullOrEmpty(_mount.Target)) throw new FormatException("target is required");
        if (_mount.VolumeOptions is { } volume)
        {
            Refuse("volume");
            _mount = _mount with { VolumeOptions = volume with { Labels = _volumeLabels, DriverConfig = volume.DriverConfig! with { Options = _volumeOptions } } };
        }
        if (_mount.ImageOptions is not null) Refuse("image");
        if (_mount.TmpfsOptions is not null) Refuse("tmpfs");
        if (_mount.BindOptions is { } bind)
        {
            Refuse("bind");
            if (bind.ReadOnlyNonRecursive && !_mount.ReadOnly)
                throw new FormatException("option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction");
            if (bind.ReadOnlyForceRecursive && !_mount.ReadOnly)
                throw new FormatException("option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction");
            if (bind.ReadOnlyForceRecursive && bind.Propagation != "rprivate")
                throw new FormatException("option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction");
        }
        return _mount;
    }

    private void Refuse(string kind)
    {
        if (_mount.Type != kind) throw new FormatException($"cannot mix '{kind}-*' options with mount type '{_mount.Type}'");
    }

    private MountRequest AddTo(Dictionary<string, string> map, string pair)
    {
        int equals = pair.IndexOf('=');
        if (equals != 0) map[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
        return _mount with { VolumeOptions = Volume };
    }

    private MountRequest Recursive(string value) => value switch
    {
        "enabled" => _mount,
        "disabled" => _mount with { BindOptions = Bind with { NonRecursive = true } },
        "writable" => _mount with { BindOptions = Bind with { ReadOnlyNonRecursive = true } },
        "readonly" => _mount with { BindOptions = Bind with { ReadOnlyForceRecursive = true } },
        _ => throw new FormatException($"invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")"),
    };

    private static bool Flag(string key, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        _ => throw new FormatException($"invalid value for {key}: {value}"),
    };

    private static long Size(string key, string value)
    {
        try
        {
            return ByteSize.Parse(value);
        }
        catch (FormatException)
        {
            throw new FormatException($"invalid value for {key}: {value}");
        }
    }

    private static uint Mode(string key, string value)
    {
        uint mode = 0;
        foreach (char c in value)
        {
            if (c is < '0' or > '7' || mode > uint.MaxValue >> 3) throw new FormatException($"invalid value for {key}: {value}");
            mode = (mode << 3) | (uint)(c - '0');
        }
        return value.Length > 0 ? mode : throw new FormatException($"invalid value for {key}: {value}");
    }
}
