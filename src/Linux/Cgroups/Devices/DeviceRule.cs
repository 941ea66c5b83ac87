using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.Devices;

/// <summary>BPF_DEVCG_ACC_* of linux/bpf.h.</summary>
[Flags]
internal enum DeviceAccess : byte { None = 0, Mknod = 1, Read = 2, Write = 4, All = 7 }

/// <summary>A checked line of linux.resources.devices. Type is c, b, or a for both; a null number is every number.</summary>
internal readonly record struct DeviceRule(bool Allow, char Type, uint? Major, uint? Minor, DeviceAccess Access)
{
    public string AccessText => $"{(Access.HasFlag(DeviceAccess.Read) ? "r" : "")}{(Access.HasFlag(DeviceAccess.Write) ? "w" : "")}{(Access.HasFlag(DeviceAccess.Mknod) ? "m" : "")}";

    /// <exception cref="FaultException">InvalidArgument: an unknown type, access letter or a number out of range.</exception>
    public static DeviceRule From(DeviceCgroupRule rule)
    {
        char type = rule.Type switch { null or "" or "a" => 'a', "b" => 'b', "c" or "u" => 'c', _ => throw Invalid($"type '{rule.Type}' is none of a, b, c") };
        // An 'a' among the letters is found in the field, as in "rwa", and says nothing more.
        DeviceAccess access = DeviceAccess.None;
        foreach (char letter in rule.Access ?? "")
            access |= letter switch { 'r' => DeviceAccess.Read, 'w' => DeviceAccess.Write, 'm' => DeviceAccess.Mknod, 'a' => DeviceAccess.None, _ => throw Invalid($"access '{rule.Access}' has letters other than r, w, m") };
        if (access == DeviceAccess.None) access = DeviceAccess.All;
        if (type == 'a' && (access != DeviceAccess.All || IsNumber(rule.Major) || IsNumber(rule.Minor)))
            throw Invalid("type a takes neither numbers nor a part of the access rights");
        return new DeviceRule(rule.Allow, type, Number(rule.Major), Number(rule.Minor), access);
    }

    private static bool IsNumber(long? number) => number is >= 0;

    // -1 is how runc's documents write "every number".
    private static uint? Number(long? number) => number switch
    {
        null or -1 => null,
        >= 0 and <= uint.MaxValue => (uint)number.Value,
        _ => throw Invalid($"device number {number} is out of range"),
    };

    private static FaultException Invalid(string why) => new(FaultKind.InvalidArgument, $"invalid rule in linux.resources.devices: {why}");
}
