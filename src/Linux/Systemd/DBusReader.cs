using System.Buffers.Binary;
using System.Text;
using Sampan.Faults;

namespace Sampan.Linux.Systemd;

/// <summary>Reads what <see cref="DBusWriter"/> writes, from who may write anything.</summary>
/// <exception cref="FaultException">Internal: the message is shorter than it says.</exception>
internal ref struct DBusReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;

    internal int Position { get; private set; }

    internal readonly bool AtEnd => Position >= _message.Length;

    internal void Align(int size) => Position = (Position + size - 1) / size * size;

    internal byte Byte() => Take(1)[0];

    internal uint UInt32()
    {
        Align(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    internal string String()
    {
        uint length = UInt32();
        string text = Encoding.UTF8.GetString(Take((int)Math.Min(length, int.MaxValue)));
        Take(1);
        return text;
    }

    internal string Signature()
    {
        string text = Encoding.ASCII.GetString(Take(Byte()));
        Take(1);
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _message.Length - Position) throw new FaultException(FaultKind.Internal, "systemd sent a D-Bus message that is shorter than it says");
        Position += count;
        return _message.Slice(Position - count, count);
    }
}
