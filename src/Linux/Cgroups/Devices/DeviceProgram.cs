using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Cgroups.Devices;

/// <summary>One eBPF instruction, struct bpf_insn of linux/bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct BpfInstruction(byte code, byte destination, byte source, short offset, int immediate)
{
    public readonly byte Code = code;
    /// <summary>Low half: destination register, high half: source register.</summary>
    public readonly byte Registers = (byte)(destination | (source << 4));
    public readonly short Offset = offset;
    public readonly int Immediate = immediate;
}

/// <summary>The device controller of cgroup v2 is a program: BPF_PROG_TYPE_CGROUP_DEVICE, attached to the group's directory.
/// cgroup-v2.rst § Device controller, bpf(2).</summary>
internal static unsafe class DeviceProgram
{
    private const byte LoadWord = 0x61, MoveRegister = 0xbf, MoveImmediate = 0xb7, AndImmediate = 0x57, ShiftRightImmediate = 0x77,
        JumpNotEqual32 = 0x56, JumpNotEqualRegister = 0x5d, JumpEqual = 0x15, Exit = 0x95;
    private const byte R0 = 0, R1 = 1, Type = 2, Access = 3, Major = 4, Minor = 5;
    private const int BPF_PROG_LOAD = 5, BPF_PROG_ATTACH = 8, BPF_PROG_DETACH = 9, BPF_PROG_GET_FD_BY_ID = 13, BPF_PROG_QUERY = 16;
    private const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15, BPF_CGROUP_DEVICE = 6, BPF_F_ALLOW_MULTI = 2;
    private const int BPF_DEVCG_DEV_BLOCK = 1, BPF_DEVCG_DEV_CHAR = 2;

    public static BpfInstruction[] Compile(DeviceFilter filter)
    {
        // r1: struct bpf_cgroup_dev_ctx { u32 access_type /* access << 16 | type */, major, minor }
        List<BpfInstruction> code =
        [
            new(LoadWord, Type, R1, 0, 0),
            new(MoveRegister, Access, Type, 0, 0),
            new(ShiftRightImmediate, Access, 0, 0, 16),
            new(AndImmediate, Type, 0, 0, 0xffff),
            new(LoadWord, Major, R1, 4, 0),
            new(LoadWord, Minor, R1, 8, 0),
        ];
        List<BpfInstruction> rule = [];
        foreach (DeviceRule exception in filter.Exceptions)
        {
            // Jumps over the rest of the rule are known once it is whole: -1 until then.
            rule.Clear();
            rule.Add(new(JumpNotEqual32, Type, 0, -1, exception.Type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
            if (exception.Access != DeviceAccess.All)
            {
                rule.Add(new(MoveRegister, R1, Access, 0, 0));
                rule.Add(new(AndImmediate, R1, 0, 0, (int)exception.Access));
                rule.Add(filter.DefaultAllow ? new(JumpEqual, R1, 0, -1, 0) : new(JumpNotEqualRegister, R1, Access, -1, 0));
            }
            if (exception.Major is { } major) rule.Add(new(JumpNotEqual32, Major, 0, -1, (int)major));
            if (exception.Minor is { } minor) rule.Add(new(JumpNotEqual32, Minor, 0, -1, (int)minor));
            rule.Add(new(MoveImmediate, R0, 0, 0, filter.DefaultAllow ? 0 : 1));
            rule.Add(new(Exit, 0, 0, 0, 0));
            for (int i = 0; i < rule.Count; i++)
            {
                BpfInstruction one = rule[i];
                code.Add(one.Offset == -1 ? new(one.Code, (byte)(one.Registers & 0xf), (byte)(one.Registers >> 4), (short)(rule.Count - i - 1), one.Immediate) : one);
            }
        }
        code.Add(new(MoveImmediate, R0, 0, 0, filter.DefaultAllow ? 1 : 0));
        code.Add(new(Exit, 0, 0, 0, 0));
        return [.. code];
    }

    /// <summary>Puts the program in the place of those that are attached to the group.</summary>
    /// <exception cref="LinuxException">bpf(2).</exception>
    public static void Attach(ControlDirectory group, DeviceFilter filter)
    {
        using SafeFileHandle directory = group.Open("", OpenFlags.ReadOnly | OpenFlags.Directory);
        uint* old = stackalloc uint[64];
        QueryAttributes query = new() { Target = (uint)directory.Fd(), AttachType = BPF_CGROUP_DEVICE, Ids = (ulong)old, Count = 64 };
        if (Bpf(BPF_PROG_QUERY, &query, sizeof(QueryAttributes)) < 0) throw LinuxException.FromLastError("bpf", $"cannot read the device rules of cgroup '{group.Path}'");

        using SafeFileHandle program = Load(Compile(filter));
        AttachAttributes attach = new() { Target = (uint)directory.Fd(), Program = (uint)program.Fd(), AttachType = BPF_CGROUP_DEVICE, Flags = BPF_F_ALLOW_MULTI };
        if (Bpf(BPF_PROG_ATTACH, &attach, sizeof(AttachAttributes)) < 0) throw LinuxException.FromLastError("bpf", $"cannot attach the device rules to cgroup '{group.Path}'");
        for (int i = 0; i < query.Count; i++) Detach(directory, old[i]);
    }

    private static void Detach(SafeFileHandle directory, uint id)
    {
        IdAttributes byId = new() { Id = id };
        nint fd = Bpf(BPF_PROG_GET_FD_BY_ID, &byId, sizeof(IdAttributes));
        if (fd < 0) return;   // gone meanwhile
        using SafeFileHandle program = new(fd, ownsHandle: true);
        AttachAttributes detach = new() { Target = (uint)directory.Fd(), Program = (uint)fd, AttachType = BPF_CGROUP_DEVICE };
        _ = Bpf(BPF_PROG_DETACH, &detach, sizeof(AttachAttributes));
    }

    internal static SafeFileHandle Load(ReadOnlySpan<BpfInstruction> code)
    {
        fixed (BpfInstruction* instructions = code)
        fixed (byte* license = "Apache-2.0"u8)
        {
            LoadAttributes load = new()
            {
                Type = BPF_PROG_TYPE_CGROUP_DEVICE, Count = (uint)code.Length, Instructions = (ulong)instructions, License = (ulong)license,
            };
            nint fd = Bpf(BPF_PROG_LOAD, &load, sizeof(LoadAttributes));
            return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true)
                : throw LinuxException.FromLastError("bpf", $"cannot load the device rules ({code.Length} instructions)");
        }
    }

    private static nint Bpf(int command, void* attributes, int size) => Libc.syscall(CgroupLibc.SYS_bpf, command, (nint)attributes, size);

    // Parts of union bpf_attr, linux/bpf.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct LoadAttributes
    {
        public uint Type, Count;
        public ulong Instructions, License;
        public uint LogLevel, LogSize;
        public ulong Log;
        public uint KernelVersion, Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AttachAttributes
    {
        public uint Target, Program, AttachType, Flags, Replace;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct QueryAttributes
    {
        public uint Target, AttachType, Flags, AttachFlags;
        public ulong Ids;
        public uint Count, Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IdAttributes
    {
        public uint Id, Next, Flags, Padding;
    }
}
