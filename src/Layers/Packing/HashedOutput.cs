using System.Security.Cryptography;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers.Packing;

/// <summary>Passes bytes on and hashes them. Small writes are gathered.</summary>
internal sealed class HashedOutput(Stream target) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _gathered = new byte[64 * 1024];
    private int _length;

    internal Digest Finish()
    {
        Flush();
        return Digest.FromHash(_hash.GetHashAndReset());
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _gathered.Length - _length) Send();
        if (buffer.Length >= _gathered.Length)
        {
            _hash.AppendData(buffer);
            target.Write(buffer);
            return;
        }
        buffer.CopyTo(_gathered.AsSpan(_length));
        _length += buffer.Length;
    }

    public override void Flush()
    {
        Send();
        target.Flush();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private void Send()
    {
        _hash.AppendData(_gathered, 0, _length);
        target.Write(_gathered, 0, _length);
        _length = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }
}
