using System.Buffers.Binary;

namespace Sampan.Linux.Seccomp;

/// <summary>Classic BPF over struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }. linux/filter.h, seccomp(2).
/// Blocks are made separately and put together, so that every jump's length is known when it is written.</summary>
internal sealed class BpfAssembler
{
    public const int NumberOffset = 0, ArchitectureOffset = 4, ArgumentsOffset = 16;
    private const ushort LoadAbsolute = 0x20, JumpAlways = 0x05, JumpEqual = 0x15, JumpGreater = 0x25, JumpGreaterOrEqual = 0x35, And = 0x54, Return = 0x06;
    private const int LongestConditionalJump = 255;
    private readonly List<ulong> _code = [];

    public int Length => _code.Count;

    public void Load(int offset) => Emit(LoadAbsolute, 0, 0, (uint)offset);

    public void Mask(uint mask) => Emit(And, 0, 0, mask);

    public void Answer(SeccompAction action) => Emit(Return, 0, 0, action.Value);

    public void IfEqual(uint value, int yes, int no) => Conditional(JumpEqual, value, yes, no);

    public void IfGreater(uint value, int yes, int no) => Conditional(JumpGreater, value, yes, no);

    public void IfGreaterOrEqual(uint value, int yes, int no) => Conditional(JumpGreaterOrEqual, value, yes, no);

    /// <summary>Runs <paramref name="below"/> when the accumulator is below the value, else <paramref name="above"/>, which follows it.</summary>
    public void Branch(uint value, BpfAssembler below, BpfAssembler above)
    {
        if (below.Length <= LongestConditionalJump) IfGreaterOrEqual(value, below.Length, 0);
        else
        {
            IfGreaterOrEqual(value, 0, 1);
            Emit(JumpAlways, 0, 0, (uint)below.Length);
        }
        Append(below);
        Append(above);
    }

    /// <summary>Runs the block, which answers in any case, when the accumulator is the value; goes on behind it otherwise.</summary>
    public void OnlyIfEqual(uint value, BpfAssembler block)
    {
        IfEqual(value, 1, 0);
        Emit(JumpAlways, 0, 0, (uint)block.Length);
        Append(block);
    }

    public void Append(BpfAssembler block) => _code.AddRange(block._code);

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[_code.Count * 8];
        for (int i = 0; i < _code.Count; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), _code[i]);
        return bytes;
    }

    private void Conditional(ushort code, uint value, int yes, int no) => Emit(code, checked((byte)yes), checked((byte)no), value);

    // struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }
    private void Emit(ushort code, byte yes, byte no, uint k) => _code.Add(code | ((ulong)yes << 16) | ((ulong)no << 24) | ((ulong)k << 32));
}
