using System.Text.Json;
using Sampan.Linux.Seccomp;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;
using SeccompProfile = Sampan.Specs.Oci.Runtime.Seccomp;

namespace Sampan.Linux.Tests.Seccomp;

public sealed class SeccompCacheTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sampan-seccomp-").FullName;
    private readonly SeccompProfile _profile = DockerDefaultSeccomp.For([]);
    private readonly byte[] _json;
    private int _parsed;

    public SeccompCacheTests() => _json = JsonSerializer.SerializeToUtf8Bytes(_profile, RuntimeSpecJson.Default.Seccomp);

    [Fact]
    public void The_second_program_of_a_profile_comes_from_disk_and_is_the_same()
    {
        SeccompProgram first = Get(_json), second = Get(_json);
        Assert.Equal(1, _parsed);
        Assert.Equal(first.Flags, second.Flags);
        Assert.Equal(first.Code.ToArray(), second.Code.ToArray());
    }

    [Fact]
    public void Another_text_is_another_profile()
    {
        _ = Get(_json);
        _ = Get([.. _json, (byte)' ']);
        Assert.Equal(2, _parsed);
    }

    [Fact]
    public void A_file_under_the_right_name_with_another_profile_s_text_is_not_taken()
    {
        _ = Get(_json);
        string file = Assert.Single(Directory.GetFiles(_directory));
        byte[] content = File.ReadAllBytes(file);
        content[^2] ^= 1;
        File.WriteAllBytes(file, content);
        _ = Get(_json);
        Assert.Equal(2, _parsed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(200)]
    public void A_cut_file_is_replaced(int length)
    {
        byte[] code = Get(_json).Code.ToArray();
        string file = Assert.Single(Directory.GetFiles(_directory));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);
        Assert.Equal(code, Get(_json).Code.ToArray());
        Assert.Equal(code, Get(_json).Code.ToArray());
        Assert.Equal(2, _parsed);
    }

    [Fact]
    public void Without_a_usable_directory_programs_are_compiled_each_time()
    {
        string file = Path.Combine(_directory, "not-a-directory");
        File.WriteAllText(file, "");
        SeccompCache cache = new(file);
        Assert.Equal(cache.Get(_json, Parse).Code.ToArray(), cache.Get(_json, Parse).Code.ToArray());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private SeccompProgram Get(byte[] json) => new SeccompCache(_directory).Get(json, Parse);

    private SeccompProfile Parse()
    {
        _parsed++;
        return _profile;
    }
}
