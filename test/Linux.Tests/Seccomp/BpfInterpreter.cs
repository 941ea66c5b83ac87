using System.Buffers.Binary;

namespace Sampan.Linux.Tests.Seccomp;

/// <summary>Runs a seccomp program as the kernel would, instruction by instruction.</summary>
internal static class BpfInterpreter
{
    public static uint Run(ReadOnlySpan<byte> code, int number, uint architecture, params ReadOnlySpan<ulong> arguments)
    {
        byte[] data = new byte[64];
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), architecture);
        for (int i = 0; i < arguments.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (8 * i)), arguments[i]);
        uint a = 0;
        for (int pc = 0; ; pc++)
        {
            ReadOnlySpan<byte> one = code.Slice(pc * 8, 8);
            uint k = BinaryPrimitives.ReadUInt32LittleEndian(one[4..]);
            byte yes = one[2], no = one[3];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(one))
            {
                case 0x20: a = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)k)); break;
                case 0x54: a &= k; break;
                case 0x05: pc += (int)k; break;
                case 0x15: pc += a == k ? yes : no; break;
                case 0x25: pc += a > k ? yes : no; break;
                case 0x35: pc += a >= k ? yes : no; break;
                case 0x45: pc += (a & k) != 0 ? yes : no; break;
                case 0x06: return k;
                default: throw new InvalidOperationException($"instruction {pc} has code {BinaryPrimitives.ReadUInt16LittleEndian(one):x}");
            }
        }
    }
}
