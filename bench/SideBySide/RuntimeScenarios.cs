namespace Sampan.Bench.SideBySide;

/// <summary>The OCI runtimes on their command lines, each with a state directory of its own. Targets are those of SPECIFICATION.md.</summary>
public static class RuntimeScenarios
{
    public static IEnumerable<Scenario> Runs(Workspace w)
    {
        yield return new("OCI run, docker's default config", Run(w, "default")) { Target = 0.45, Against = "crun" };
        yield return new("OCI run, minimal config", Run(w, "minimal")) { Target = 0.7, Against = "crun" };
        yield return new("runtime --version", [.. Programs(w).Select(r => new Contender(r.Name, [r.Path, "--version"]))]) { Target = 0.7, Against = "crun" };
    }

    public static Contender[] Run(Workspace w, string bundle) => [.. Programs(w).Select(r => Verb(w, r, "run", "--bundle", w.Bundle(bundle), $"bench-{r.Name}"))];

    public static Scenario Exec(Workspace w)
    {
        foreach ((string Name, string Path) runtime in Programs(w))
        {
            MakeSleepingBundle(w, runtime.Name);
            w.Sh($"{RunDetached(w, runtime, "held")} < /dev/null > /dev/null 2>&1");
        }
        return new Scenario("OCI exec, docker's default config", [.. Programs(w).Select(r => Verb(w, r, "exec", $"held-{r.Name}", "true"))]) { Target = 0.6, Against = "crun" };
    }

    /// <summary>The verbs of a container's life one by one, docker's default config; needs what <see cref="Exec"/> made.</summary>
    public static IEnumerable<Scenario> Verbs(Workspace w)
    {
        yield return Each(w, "create", r => Verb(w, r, "create", "--bundle", Sleeping(w, r.Name), $"verb-{r.Name}") with { Before = () => w.Sh(Delete(w, r)), LeavesProcess = true });
        yield return Each(w, "start", r => Verb(w, r, "start", $"verb-{r.Name}") with
        {
            Before = () => w.Sh($"{Delete(w, r)}; {Global(w, r)} create --bundle {Sleeping(w, r.Name)} verb-{r.Name} < /dev/null > /dev/null 2>&1"),
        });
        yield return Each(w, "state", r => Verb(w, r, "state", $"held-{r.Name}"));
        yield return Each(w, "kill", r => Verb(w, r, "kill", $"verb-{r.Name}", "KILL") with { Before = () => w.Sh($"{Delete(w, r)}; {RunDetached(w, r, "verb")} < /dev/null > /dev/null 2>&1") });
        yield return Each(w, "delete", r => Verb(w, r, "delete", $"verb-{r.Name}") with
        {
            Before = () => w.Sh($"{Delete(w, r)}; {RunDetached(w, r, "verb")} < /dev/null > /dev/null 2>&1; {Global(w, r)} kill verb-{r.Name} KILL; " +
                                $"until {Global(w, r)} state verb-{r.Name} | grep -q stopped; do sleep 0.01; done"),
        });
    }

    /// <summary>Ends what the scenarios left running, with its cgroups.</summary>
    public static void End(Workspace w)
    {
        foreach ((string Name, string Path) runtime in Programs(w))
            w.Sh($"for id in bench verb held; do {Global(w, runtime)} delete --force $id-{runtime.Name} > /dev/null 2>&1 || true; done");
    }

    private static IEnumerable<(string Name, string Path)> Programs(Workspace w) =>
        new[] { ("sampan", w.SampanRuntime), ("crun", "crun"), ("runc", "runc") }.Where(r => r.Item2.StartsWith('/') || Workspace.Installed(r.Item2));

    private static Scenario Each(Workspace w, string verb, Func<(string Name, string Path), Contender> contender) =>
        new($"OCI {verb}, docker's default config", [.. Programs(w).Select(contender)]) { Target = 0.8, Against = "crun" };

    private static Contender Verb(Workspace w, (string Name, string Path) runtime, params string[] arguments) => new(runtime.Name, [runtime.Path, "--root", Root(w, runtime.Name), .. arguments]);

    private static string Root(Workspace w, string runtime) => $"{w.Folder}/state-{runtime}";
    private static string Sleeping(Workspace w, string runtime) => $"{w.Folder}/sleep-{runtime}";
    private static string Global(Workspace w, (string Name, string Path) runtime) => $"{runtime.Path} --root {Root(w, runtime.Name)}";
    private static string Delete(Workspace w, (string Name, string Path) runtime) => $"{Global(w, runtime)} delete --force verb-{runtime.Name} > /dev/null 2>&1 || true";
    private static string RunDetached(Workspace w, (string Name, string Path) runtime, string id) => $"{Global(w, runtime)} run --detach --bundle {Sleeping(w, runtime.Name)} {id}-{runtime.Name}";

    // runc takes no symbolic link as a rootfs: the path is absolute.
    private static void MakeSleepingBundle(Workspace w, string runtime) =>
        w.Sh($"mkdir -p {Sleeping(w, runtime)}; sed 's#\"true\"#\"sleep\",\"100000\"#; s#\"path\": \"rootfs\"#\"path\": \"{w.Bundle("default")}/rootfs\"#' {w.Bundle("default")}/config.json > {Sleeping(w, runtime)}/config.json");
}
