namespace Sampan.Bench.SideBySide;

/// <summary>What is measured. Targets are those of SPECIFICATION.md.</summary>
public static class Scenarios
{
    public static IEnumerable<Scenario> All(Workspace w)
    {
        yield return new("OCI run, docker's default config", Runtimes(w, "default", "run")) { Target = 0.45, Against = "crun" };
        yield return new("OCI run, minimal config", Runtimes(w, "minimal", "run")) { Target = 0.7, Against = "crun" };
        yield return new("runtime --version", [.. RuntimePrograms(w).Select(r => new Contender(r.Name, [r.Path, "--version"]))]) { Target = 0.7, Against = "crun" };
        yield return OciExec(w);
        yield return Cli(w, "docker run --rm busybox true (bridge)", ["run", "--rm", "busybox", "true"], 0.3);
        yield return Cli(w, "docker run --rm --network none", ["run", "--rm", "--network", "none", "busybox", "true"], 0.45);
        yield return Cli(w, "docker run --rm --network host", ["run", "--rm", "--network", "host", "busybox", "true"], 0.45);
        yield return Cli(w, "docker run --rm -p 8088:80", ["run", "--rm", "-p", "8088:80", "busybox", "true"], 0.3);
        w.Sh("docker run -d --name bench-exec busybox sleep 100000 > /dev/null", w.OurEngine);
        if (w.Docker is { } docker) w.Sh("docker run -d --name bench-exec busybox sleep 100000 > /dev/null", docker);
        yield return Cli(w, "docker exec", ["exec", "bench-exec", "true"], 0.6);
        yield return Cli(w, "docker ps -a", ["ps", "-a"], 0.8);
        yield return new("CLI cold start: version", [new("sampan", [w.Sampan, "version"], w.OurEngine), new("docker", ["docker", "version"], w.OurEngine)]) { Target = 1.0, Against = "docker" };
    }

    private static IEnumerable<(string Name, string Path)> RuntimePrograms(Workspace w) =>
        new[] { ("sampan", w.SampanRuntime), ("crun", "crun"), ("runc", "runc") }.Where(r => r.Item2.StartsWith('/') || Workspace.Installed(r.Item2));

    private static Contender[] Runtimes(Workspace w, string bundle, string verb) =>
        [.. RuntimePrograms(w).Select(r => new Contender(r.Name, [r.Path, "--root", $"{w.Folder}/state-{r.Name}", verb, "--bundle", w.Bundle(bundle), $"bench-{r.Name}"]))];

    private static Scenario OciExec(Workspace w)
    {
        foreach ((string name, string path) in RuntimePrograms(w))
        {
            // runc takes no symbolic link as a rootfs: the path is absolute.
            w.Sh($"mkdir -p {w.Folder}/sleep-{name}; sed 's#\"true\"#\"sleep\",\"100000\"#; s#\"path\": \"rootfs\"#\"path\": \"{w.Bundle("default")}/rootfs\"#' {w.Bundle("default")}/config.json > {w.Folder}/sleep-{name}/config.json; " +
                 $"{path} --root {w.Folder}/state-{name} run --detach --bundle {w.Folder}/sleep-{name} held-{name} < /dev/null > /dev/null 2>&1");
        }
        return new Scenario("OCI exec, docker's default config", [.. RuntimePrograms(w).Select(r =>
            new Contender(r.Name, [r.Path, "--root", $"{w.Folder}/state-{r.Name}", "exec", $"held-{r.Name}", "true"]))]) { Target = 0.6, Against = "crun" };
    }

    private static Scenario Cli(Workspace w, string name, string[] arguments, double target)
    {
        var contenders = new List<Contender> { new("sampan", ["docker", .. arguments], w.OurEngine) };
        if (w.Docker is { } docker) contenders.Add(new("docker.io", ["docker", .. arguments], docker));
        return new Scenario(name, contenders) { Target = target, Against = "docker.io" };
    }
}
