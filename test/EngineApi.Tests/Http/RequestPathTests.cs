using Sampan.EngineApi.Http;

namespace Sampan.EngineApi.Tests.Http;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/v1.51/containers/json?all=1", "/containers/json", "1.51")]
    [InlineData("/containers/json", "/containers/json", null)]
    [InlineData("/version", "/version", null)]
    [InlineData("/volumes", "/volumes", null)]
    [InlineData("/v1.51", "/v1.51", null)]
    [InlineData("/v1.41.3/info", "/info", "1.41.3")]
    [InlineData("/images/localhost%3A5000%2Fapp%2Fweb/json", "/images/localhost:5000/app/web/json", null)]
    [InlineData("http://localhost/v1.24/_ping", "/_ping", "1.24")]
    public void A_target_is_split_into_version_and_path(string target, string path, string? version) =>
        Assert.Equal(new RequestPath(path, version), RequestPath.Parse(target));

    [Theory]
    [InlineData("/images/{name}/json", "/images/docker.io/library/busybox/json", "docker.io/library/busybox")]
    [InlineData("/containers/{name}", "/containers/x", "x")]
    [InlineData("/exec/{id}/start", "/exec/abc/start", "abc")]
    public void The_variable_of_a_pattern_may_hold_slashes(string pattern, string path, string name)
    {
        var route = Route.Get(pattern, null, _ => Task.CompletedTask);
        Assert.True(route.TryMatch(path, out string found));
        Assert.Equal(name, found);
    }

    [Theory]
    [InlineData("/images/{name}/json", "/images/json")]
    [InlineData("/images/{name}/json", "/images//json")]
    [InlineData("/containers/{name}", "/containers/")]
    [InlineData("/containers/json", "/containers/json2")]
    public void Another_path_does_not_match(string pattern, string path) =>
        Assert.False(Route.Get(pattern, null, _ => Task.CompletedTask).TryMatch(path, out _));

    [Fact]
    public void Versions_are_ordered_by_number_not_by_text()
    {
        Assert.True(ApiVersion.TryParse("1.9", out var nine) && ApiVersion.TryParse("1.24", out var twentyFour) && nine < twentyFour);
        Assert.False(ApiVersion.TryParse("..", out _));
        Assert.True(new ApiVersion(1, 43).IsBelow(44));
        Assert.False(new ApiVersion(1, 44).IsBelow(44));
    }
}
