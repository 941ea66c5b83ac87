using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class ImageReferenceTests
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("user/app", "docker.io/user/app", "user/app")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("index.docker.io/library/busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("library/user/app", "docker.io/library/user/app", "library/user/app")]
    [InlineData("localhost/app", "localhost/app", "localhost/app")]
    [InlineData("localhost:5000/a/b__c-d.e:V_1", "localhost:5000/a/b__c-d.e:V_1", "localhost:5000/a/b__c-d.e:V_1")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app", "[::1]:5000/app")]
    [InlineData("LOCAL/app", "LOCAL/app", "LOCAL/app")]
    [InlineData($"app@sha256:{Hex}", $"docker.io/library/app@sha256:{Hex}", $"app@sha256:{Hex}")]
    [InlineData($"app:v1@sha256:{Hex}", $"docker.io/library/app:v1@sha256:{Hex}", $"app:v1@sha256:{Hex}")]
    public void Names_are_normalised_as_docker_does(string text, string canonical, string familiar)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal(canonical, reference.ToString());
        Assert.Equal(familiar, reference.FamiliarString);
        Assert.Equal(reference, ImageReference.Parse(canonical));
    }

    [Theory]
    [InlineData("", "invalid reference format")]
    [InlineData("a:b:c", "invalid reference format")]
    [InlineData("-a", "invalid reference format")]
    [InlineData("a//b", "invalid reference format")]
    [InlineData("a/../b", "invalid reference format")]
    [InlineData("a___b", "invalid reference format")]
    [InlineData("a:", "invalid reference format")]
    [InlineData("a b", "invalid reference format")]
    [InlineData("a\n", "invalid reference format")]
    [InlineData("Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase")]
    [InlineData("host.x/User/App", "invalid reference format: repository name (User/App) must be lowercase")]
    [InlineData(Hex, $"invalid repository name ({Hex}), cannot specify 64-byte hexadecimal strings")]
    [InlineData("a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "invalid checksum digest length")]
    public void Malformed_names_are_refused_with_dockers_text(string text, string message)
    {
        var fault = Assert.Throws<FaultException>(() => ImageReference.Parse(text));
        Assert.Equal(message, fault.Message);
        Assert.Equal(FaultKind.InvalidArgument, fault.Kind);
    }

    [Fact]
    public void A_name_may_have_255_characters() =>
        Assert.Equal("repository name must not be more than 255 characters", Assert.Throws<FaultException>(() => ImageReference.Parse(new string('a', 300))).Message);

    [Theory]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("Linux/AMD64/v1", "linux/amd64")]
    public void Platforms_are_normalised(string text, string normal) => Assert.Equal(normal, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("a/b/c/d")]
    [InlineData("li nux/amd64")]
    public void Malformed_platforms_are_refused(string text) => Assert.Throws<FaultException>(() => Platform.Parse(text));
}
