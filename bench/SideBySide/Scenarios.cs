namespace Sampan.Bench.SideBySide;

/// <summary>What is measured. Targets are those of SPECIFICATION.md.</summary>
public static class Scenarios
{
    public static IEnumerable<Scenario> All(Workspace w)
    {
        foreach (Scenario run in RuntimeScenarios.Runs(w)) yield return run;
        yield return RuntimeScenarios.Exec(w);
        foreach (Scenario verb in RuntimeScenarios.Verbs(w)) yield return verb;
        yield return Cli(w, "docker run --rm busybox true (bridge)", ["run", "--rm", "busybox", "true"], 0.3);
        yield return Cli(w, "docker run --rm --network none", ["run", "--rm", "--network", "none", "busybox", "true"], 0.45);
        yield return Cli(w, "docker run --rm --network host", ["run", "--rm", "--network", "host", "busybox", "true"], 0.45);
        yield return Cli(w, "docker run --rm -p 8088:80", ["run", "--rm", "-p", "8088:80", "busybox", "true"], 0.3);
        w.Sh("docker run -d --name bench-exec busybox sleep 100000 > /dev/null", w.OurEngine);
        if (w.Docker is { } docker) w.Sh("docker run -d --name bench-exec busybox sleep 100000 > /dev/null", docker);
        yield return Cli(w, "docker exec", ["exec", "bench-exec", "true"], 0.6);
        yield return Cli(w, "docker ps -a", ["ps", "-a"], 0.8);
        yield return Hundred(w, "start 100, 8 at a time (bridge)", 0.2, remove: false);
        yield return Hundred(w, "rm -f of 100 running", 0.15, remove: true);
        yield return new("CLI cold start: version", [new("sampan", [w.Sampan, "version"], w.OurEngine), new("docker", ["docker", "version"], w.OurEngine)]) { Target = 1.0, Against = "docker" };
    }

    /// <summary>A hundred sleeping containers started, or removed, by the stock CLI, which takes eight at a time or all in one command.</summary>
    private static Scenario Hundred(Workspace w, string name, double target, bool remove)
    {
        const string Start = "seq 100 | xargs -P 8 -I N docker run -d --name hundred-N busybox sleep 100000 > /dev/null";
        const string Remove = "docker ps -aqf name=hundred- | xargs -r docker rm -f > /dev/null";
        Contender For(string peer, IReadOnlyDictionary<string, string> engine) => new(peer, ["sh", "-ec", remove ? Remove : Start], engine) { Before = () => w.Sh(remove ? $"{Remove}; {Start}" : Remove, engine) };
        return new Scenario(name, w.Docker is { } docker ? [For("sampan", w.OurEngine), For("docker.io", docker)] : [For("sampan", w.OurEngine)]) { Target = target, Against = "docker.io", MostRounds = 2 };
    }

    private static Scenario Cli(Workspace w, string name, string[] arguments, double target)
    {
        var contenders = new List<Contender> { new("sampan", ["docker", .. arguments], w.OurEngine) };
        if (w.Docker is { } docker) contenders.Add(new("docker.io", ["docker", .. arguments], docker));
        return new Scenario(name, contenders) { Target = target, Against = "docker.io" };
    }
}
