using System.Globalization;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary><c>linux.devices</c> and the device rules of the cgroup: none of the host's unless named by <c>--device</c> or <c>--privileged</c>.
/// The usual ones (null, zero, full, random, urandom, tty, ptmx) are the runtime's own affair.</summary>
internal static class DeviceSection
{
    public static IReadOnlyList<DeviceSpec>? Build(HostConfig host)
    {
        if (host.Privileged)
            return [.. HostDevices("/dev")];
        if (host.Devices is not { Count: > 0 } mappings)
            return null;
        return [.. mappings.SelectMany(Resolve).Select(pair => pair.Device)];
    }

    public static IReadOnlyList<DeviceCgroupRule> Rules(HostConfig host)
    {
        if (host.Privileged)
            return [new DeviceCgroupRule { Allow = true, Access = "rwm" }];
        List<DeviceCgroupRule> rules =
        [
            new() { Allow = false, Access = "rwm" },
            Character(1, 5), Character(1, 3), Character(1, 9), Character(1, 8), Character(5, 0), Character(5, 1),
            new() { Allow = false, Type = "c", Major = 10, Minor = 229, Access = "rwm" },
        ];
        foreach (var (device, access) in (host.Devices ?? []).SelectMany(Resolve))
            rules.Add(new() { Allow = true, Type = device.Type, Major = device.Major, Minor = device.Minor, Access = access });
        rules.AddRange((host.DeviceCgroupRules ?? []).Select(ParseRule));
        return rules;
    }

    private static DeviceCgroupRule Character(long major, long minor) =>
        new() { Allow = true, Type = "c", Major = major, Minor = minor, Access = "rwm" };

    /// <summary>A device, or all devices below a directory.</summary>
    private static IEnumerable<(DeviceSpec Device, string Access)> Resolve(DeviceMapping mapping)
    {
        string access = mapping.CgroupPermissions.Length > 0 ? mapping.CgroupPermissions : "rwm";
        string destination = mapping.PathInContainer.Length > 0 ? mapping.PathInContainer : mapping.PathOnHost;
        if (!Files.TryStat(null, mapping.PathOnHost, followLinks: true, out var stat))
            throw new FaultException(FaultKind.InvalidArgument,
                $"error gathering device information while adding custom device \"{mapping.PathOnHost}\": no such file or directory");
        if (stat.Kind is FileKind.Directory)
        {
            var below = HostDevices(mapping.PathOnHost).Select(device =>
                (device with { Path = destination + device.Path[mapping.PathOnHost.Length..] }, access)).ToList();
            return below.Count > 0 ? below : throw NoDevice(mapping);
        }
        return TryDescribe(destination, stat, out var described) ? [(described, access)] : throw NoDevice(mapping);
    }

    private static FaultException NoDevice(DeviceMapping mapping) => new(FaultKind.InvalidArgument,
        $"error gathering device information while adding custom device \"{mapping.PathOnHost}\": not a device node");

    private static IEnumerable<DeviceSpec> HostDevices(string folder)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
        {
            string name = Path.GetFileName(path);
            // The runtime makes these file systems itself; console belongs to the terminal.
            if (name is "pts" or "shm" or "fd" or "mqueue" or ".lxc" or ".lxd-mounts" or ".udev" or "console")
                continue;
            if (!Files.TryStat(null, path, followLinks: false, out var stat))
                continue;
            if (stat.Kind is FileKind.Directory)
            {
                foreach (var device in HostDevices(path))
                    yield return device;
            }
            else if (TryDescribe(path, stat, out var device))
                yield return device;
        }
    }

    private static bool TryDescribe(string path, in Statx stat, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DeviceSpec? device)
    {
        string? type = stat.Kind switch { FileKind.CharacterDevice => "c", FileKind.BlockDevice => "b", _ => null };
        device = type is null ? null : new DeviceSpec
        {
            Path = path, Type = type, Major = stat.RdevMajor, Minor = stat.RdevMinor,
            FileMode = stat.Permissions, Uid = stat.Uid, Gid = stat.Gid,
        };
        return device is not null;
    }

    // c 10:200 rwm    b *:* m
    private static DeviceCgroupRule ParseRule(string rule)
    {
        string[] words = rule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] numbers = words.Length == 3 ? words[1].Split(':') : [];
        bool valid = numbers.Length == 2 && words[0] is "a" or "b" or "c" && words[2].All(c => c is 'r' or 'w' or 'm');
        if (!valid || !TryNumber(numbers[0], out long? major) || !TryNumber(numbers[1], out long? minor))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid device cgroup rule format: '{rule}'");
        return new DeviceCgroupRule { Allow = true, Type = words[0], Major = major, Minor = minor, Access = words[2] };
    }

    private static bool TryNumber(string text, out long? number)
    {
        number = null;
        if (text == "*")
            return true;
        bool parsed = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
        number = parsed ? value : null;
        return parsed;
    }
}
