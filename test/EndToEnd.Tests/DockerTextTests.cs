using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>What a wrong or rare option gets from dockerd: the same words and exit code, since scripts and other projects' suites match on them.
/// Found by running both engines side by side.</summary>
public sealed class DockerTextTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Theory]
    [InlineData("--cpuset-cpus 99", "Requested CPUs are not available - requested 99, available: ")]
    [InlineData("--cpuset-cpus xx", "Invalid value xx for cpuset cpus: invalid format: xx")]
    [InlineData("--cpuset-cpus 1-9999999999", "Invalid value 1-9999999999 for cpuset cpus: value of out range, maximum is 8192")] // CVE-2018-20699
    [InlineData("--cpuset-mems 77", "Requested memory nodes are not available - requested 77, available: ")]
    [InlineData("--tmpfs /t:foo", "invalid tmpfs option [\"foo\"]")]
    [InlineData("--tmpfs t", "invalid mount path: 't' mount path must be absolute")]
    [InlineData("--uts host -h foo", "conflicting options: hostname and the UTS mode")]
    [InlineData("--ip 172.17.0.77", "user specified IP address is supported on user defined networks only")]
    [InlineData("--isolation foo", "invalid isolation: \"foo\" - linux only supports 'default'")]
    [InlineData("--log-driver nosuch", "error looking up logging plugin nosuch: plugin \"nosuch\" not found")]
    [InlineData("--log-driver journald", "HostConfig.LogConfig.Type 'journald'; use json-file, local or none")]
    [InlineData("--log-opt max-size=zz", "failed to initialize logging driver: invalid size: 'zz'")]
    [InlineData("--log-opt max-file=0", "failed to initialize logging driver: max-file cannot be less than 1")]
    [InlineData("--volumes-from nosuch", "No such container: nosuch")]
    [InlineData("--link nosuch", "HostConfig.Links")]
    [InlineData("-v /a:/x:zz", "invalid mode: zz")]
    [InlineData("-v /usr:/x:shared", "but it is not a shared mount")]
    [InlineData("-v /usr:/x:rslave", "but it is not a shared or slave mount")]
    [InlineData("-v /:/", "invalid mount config for type \"bind\": invalid specification: destination can't be '/'")]
    [InlineData("--mount type=foo,dst=/x", "invalid mount config for type \"foo\": mount type unknown")]
    [InlineData("--network container:nosuch", "No such container: nosuch")]
    [InlineData("--ipc foo", "invalid IPC mode: foo")]
    [InlineData("--pid foo", "invalid PID mode")]
    [InlineData("--restart always", "conflicting options: cannot specify both --restart and --rm")]
    [InlineData("--name me --network container:me", "cannot join own network namespace")]
    [InlineData("--network container:nosuch --expose 80", "conflicting options: port exposing and the container type network mode")]
    [InlineData("-u -1", "uids and gids must be in range 0-2147483647")]
    [InlineData("--device /etc", "error gathering device information while adding custom device \"/etc\": not a device node")]
    [InlineData("--runtime nosuch", "unknown or invalid runtime name: nosuch")]
    public async Task A_wrong_option_is_refused_in_dockers_words(string options, string text)
    {
        CommandResult run = (await Engine.TypedAsync($"docker run --rm {options} busybox true")).Exited(125);
        Assert.Contains(text, run.Error);
        // 404 would have made the CLI look for the image elsewhere.
        Assert.DoesNotContain("Unable to find image", run.Error);
    }

    [Theory]
    [InlineData("docker volume create -d nosuch foo", "create foo: error looking up volume plugin nosuch: plugin \"nosuch\" not found")]
    [InlineData("docker volume create q", "create q: volume name is too short, names should be at least two alphanumeric characters")]
    [InlineData("docker cp nobody:/x .", "No such container: nobody")]
    [InlineData("docker kill nobody", "cannot kill container: nobody: No such container: nobody")]
    [InlineData("docker network rm bridge", "bridge is a pre-defined network and cannot be removed")]
    public async Task Other_commands_fail_in_dockers_words(string command, string text) =>
        Assert.Contains(text, (await Engine.TypedAsync(command)).Exited(1).Error);

    [Fact]
    public async Task A_running_containers_errors_name_it_as_the_client_did()
    {
        string id = (await Engine.DockerAsync("run", "-d", "--name", "named", "busybox", "sleep", "100")).Succeeded().Line;
        Assert.Contains("Could not find the file /dne in container named", (await Engine.DockerAsync("cp", "named:/dne", "-")).Exited(1).Error);
        Assert.Contains($"Could not find the file /dne in container {id}", (await Engine.DockerAsync("cp", id + ":/dne", "-")).Exited(1).Error);
        Assert.Contains("Error when allocating new name: Invalid container name (/b/d)", (await Engine.DockerAsync("rename", "named", "b/d")).Exited(1).Error);
        Assert.Equal("Error response from daemon: ps: error: unknown user-defined format specifier \"foo\"",
            (await Engine.DockerAsync("top", "named", "-o", "foo")).Exited(1).Error.Trim());
        await Engine.DockerAsync("rm", "-f", "named");
    }

    [Fact]
    public async Task Options_that_only_have_a_meaning_beside_others_are_kept()
    {
        (await Engine.TypedAsync("docker run --rm --log-opt max-file=3 --volume-driver rexray busybox true")).Succeeded();
        Assert.Equal("null", (await Engine.TypedAsync("docker create --name bare busybox >/dev/null; docker inspect -f '{{json .Config.Env}}' bare; docker rm bare >/dev/null"))
            .Succeeded().Line.Replace("[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"]", "null"));
    }
}
