namespace Sampan.Layers.Tar;

/// <summary>The bytes of a tar, uncompressed, handed out in place.</summary>
internal abstract class TarSource
{
    private readonly byte[] _block = new byte[TarHeader.BlockSize];

    /// <summary>Bytes handed out so far.</summary>
    internal long Position { get; private set; }

    /// <summary>The next bytes, 1 to <paramref name="most"/> of them, valid until the next call; empty at the end of the stream.</summary>
    internal ReadOnlySpan<byte> Take(long most)
    {
        ReadOnlySpan<byte> bytes = Next((int)Math.Min(most, int.MaxValue));
        Position += bytes.Length;
        return bytes;
    }

    protected abstract ReadOnlySpan<byte> Next(int most);

    /// <summary>One header block; empty when the stream ends before it.</summary>
    /// <exception cref="Faults.FaultException">InvalidArgument: the stream ends within it.</exception>
    internal ReadOnlySpan<byte> TakeBlock()
    {
        ReadOnlySpan<byte> first = Take(TarHeader.BlockSize);
        if (first.Length is 0 or TarHeader.BlockSize) return first;
        first.CopyTo(_block);
        TakeExactly(_block.AsSpan(first.Length));
        return _block;
    }

    /// <exception cref="Faults.FaultException">InvalidArgument: the stream ends before.</exception>
    internal void TakeExactly(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            ReadOnlySpan<byte> bytes = TakeSome(target.Length);
            bytes.CopyTo(target);
            target = target[bytes.Length..];
        }
    }

    internal void Skip(long length)
    {
        while (length > 0) length -= TakeSome(length).Length;
    }

    /// <summary>As <see cref="Take"/>, where the stream may not end.</summary>
    internal ReadOnlySpan<byte> TakeSome(long most)
    {
        ReadOnlySpan<byte> bytes = Take(most);
        return !bytes.IsEmpty ? bytes : throw TarFault.Damaged($"unexpected end at byte {Position}: the tar is truncated");
    }
}
