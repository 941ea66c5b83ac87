using System.Security.Cryptography;
using Sampan.Shim.Containerd;

namespace Sampan.Shim.Tests;

public sealed class Sha256Tests
{
    [Fact]
    public void Hashes_of_every_length_around_a_block_are_those_of_the_framework()
    {
        byte[] data = new byte[200];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length++) Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), Sha256.Hash(data.AsSpan(0, length)));
    }
}
