using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void All_problems_are_told_at_once_and_nothing_is_made()
    {
        Outcome outcome = _host.RunScript("true", bundle =>
        {
            bundle.RemoveNamespace("uts");
            bundle.Config["hostname"] = "x";
            bundle.Linux["sysctl"] = new JsonObject { ["vm.swappiness"] = "1" };
            bundle.Process["cwd"] = "relative";
        });
        Assert.Equal(1, outcome.ExitCode);
        foreach (string problem in (string[])["unable to set hostname without a private UTS namespace", "sysctl \\\"vm.swappiness\\\"", "is not in a separate kernel namespace", "Cwd must be an absolute path"])
            Assert.Contains(problem, outcome.Error);
    }

    [Theory]
    [InlineData("linux", "intelRdt", """{"closID":"a"}""", "Intel RDT is not supported or enabled")]
    [InlineData("linux", "netDevices", """{"no-such-device":{}}""", "cannot move network device 'no-such-device'")]
    [InlineData("linux", "netDevices", """{"eth0":{"name":"a/b"}}""", "invalid network device name")]
    [InlineData("linux", "memoryPolicy", """{"mode":"MPOL_UNKNOWN"}""", "invalid memory policy mode")]
    [InlineData("linux", "memoryPolicy", """{"mode":"MPOL_BIND"}""", "requires at least one node")]
    [InlineData("linux", "memoryPolicy", """{"mode":"MPOL_BIND","nodes":"3-1"}""", "invalid memory policy nodes")]
    [InlineData("linux", "memoryPolicy", """{"mode":"MPOL_LOCAL","nodes":"0"}""", "requires 0 nodes")]
    [InlineData("linux", "personality", """{"domain":"LINUX","flags":["X"]}""", "linux.personality.flags")]
    [InlineData("linux", "timeOffsets", """{"monotonic":{"secs":1}}""", "time namespace isn't enabled")]
    [InlineData("linux", "sysctl", """{"kernel.hostname":"x"}""", "conflicts with the OCI")]
    [InlineData("linux", "sysctl", """{"user.max_user_namespaces":"1"}""", "without a user namespace not allowed")]
    [InlineData("linux", "sysctl", """{"net/../kernel/panic":"1"}""", "is not in a separate kernel namespace")]
    [InlineData("linux", "sysctl", """{"net.ipv4/../../kernel.panic":"1"}""", "is not in a separate kernel namespace")]
    public void A_field_that_cannot_be_honoured_is_refused_by_name(string parent, string field, string value, string problem)
    {
        Outcome outcome = _host.RunScript("true", bundle => bundle.Config[parent]![field] = JsonNode.Parse(value));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(problem, outcome.Error);
    }

    [Fact]
    public void Security_modules_that_the_machine_lacks_are_refused_for_processes()
    {
        if (!File.Exists("/sys/module/apparmor/parameters/enabled"))
            Assert.Contains("apparmor not supported", _host.RunScript("true", bundle => bundle.Process["apparmorProfile"] = "x").Error);
        if (!Directory.Exists("/sys/fs/selinux"))
        {
            Assert.Contains("selinux is disabled or not supported", _host.RunScript("true", bundle => bundle.Process["selinuxLabel"] = "x").Error);
            Assert.Contains("linux.mountLabel has no effect", _host.RunScript("true", bundle => bundle.Linux["mountLabel"] = "x").Error);
        }
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "expected an object")]
    [InlineData("""{"root":5}""", "expected an object")]
    [InlineData("""{"process":{"cwd":"/","args":["a"],"user":{"uid":-1}}}""", "out of range")]
    [InlineData("""{"process":{}}""", "'cwd' is missing")]
    public void A_malformed_config_is_refused_with_its_place(string text, string problem)
    {
        FaultException fault = Assert.Throws<FaultException>(() => RuntimeSpecReader.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(problem, fault.Message);
        Assert.Equal(FaultKind.InvalidArgument, fault.Kind);
    }

    [Fact]
    public void What_the_writer_writes_the_reader_reads()
    {
        RuntimeSpec spec = RuntimeSpecReader.Read(File.ReadAllBytes($"{new Bundle(_host).Write()}/config.json"));
        byte[] written = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeSpecJson.Default.RuntimeSpec);
        byte[] again = JsonSerializer.SerializeToUtf8Bytes(RuntimeSpecReader.Read(written), RuntimeSpecJson.Default.RuntimeSpec);
        Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(again));
        Assert.Equal(["pid", "network", "ipc", "uts", "mount", "cgroup"], spec.Linux!.Namespaces!.Select(space => space.Type));
    }

    [Fact]
    public void The_hand_written_reader_agrees_with_the_serializer_on_every_property()
    {
        // Every property of every record is given a value; whatever the reader drops shows in the text written again.
        string text = JsonSerializer.Serialize(FilledIn.Spec, RuntimeSpecJson.Default.RuntimeSpec);
        RuntimeSpec read = RuntimeSpecReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(text, JsonSerializer.Serialize(read with { Linux = read.Linux! with { Seccomp = RuntimeSpecReader.ReadSeccomp(read.Linux.SeccompJson.Span) } }, RuntimeSpecJson.Default.RuntimeSpec));
        Assert.DoesNotContain("null", text);
    }

    [Fact]
    public void Flags_are_runcs_and_an_unknown_one_is_refused()
    {
        Assert.Contains("flag provided but not defined: -nonsense", _host.Run("run", "--nonsense", "x").Error);
        Assert.Contains("requires exactly 1 argument", _host.Run("start").Error);
        Assert.StartsWith("sampan-runtime 0.1.0, as runc version 1.5.0\ncommit: ", _host.Run("--version").Output);
        Assert.StartsWith("Incorrect Usage.\n\nNAME:\n   sampan-runtime start", _host.Run("start").Output);
        Assert.Equal(3, _host.Run("bogus").ExitCode);
        Outcome exec = _host.Run("exec");
        Assert.Equal(1, exec.ExitCode);   // nothing was tried: 255 is for an exec that failed
        Assert.DoesNotContain("exec failed", exec.Error);
        string log = $"{_host.Folder}/log.json";
        Assert.Equal(1, _host.Run("--log", log, "--log-format", "json", "state", "nobody").ExitCode);
        Assert.Equal("container does not exist: 'nobody'", (string)JsonNode.Parse(File.ReadAllText(log))!["msg"]!);
    }

    [Fact]
    public void Features_tell_all_that_a_config_may_ask_for()
    {
        JsonNode features = JsonNode.Parse(RuntimeProgramHost.Succeed(_host.Run("features")))!, linux = features["linux"]!;
        Assert.Equal(8, linux["namespaces"]!.AsArray().Count);
        Assert.Contains("rro", features["mountOptions"]!.AsArray().Select(option => (string)option!));
        Assert.Contains("SCMP_ACT_NOTIFY", linux["seccomp"]!["actions"]!.AsArray().Select(action => (string)action!));
        // This kernel is new enough for all of them, so what it is asked must not come back empty.
        Assert.Equal(linux["seccomp"]!["knownFlags"]!.ToJsonString(), linux["seccomp"]!["supportedFlags"]!.ToJsonString());
        foreach (string feature in (string[])["seccomp", "apparmor", "selinux", "intelRdt", "netDevices"]) Assert.True((bool)linux[feature]!["enabled"]!, feature);
        Assert.True((bool)linux["mountExtensions"]!["idmap"]!["enabled"]!);
        Assert.True((bool)linux["intelRdt"]!["schemata"]!);
        Assert.Contains("MPOL_BIND", linux["memoryPolicy"]!["modes"]!.AsArray().Select(mode => (string)mode!));
    }

    [Fact]
    public void Names_are_read_in_any_case_as_runc_reads_them()
    {
        Outcome outcome = _host.RunScript("echo $A; hostname", bundle =>
        {
            bundle.Config.Remove("hostname");
            bundle.Config["Hostname"] = "inside";
            bundle.Process["ENV"] = bundle.Process["env"]!.DeepClone();
            bundle.Process.Remove("env");
            bundle.Process["ENV"]!.AsArray().Add("A=b");
        });
        Assert.Equal("b\ninside\n", RuntimeProgramHost.Succeed(outcome));
    }

    [Theory]
    [InlineData("""{ "class": "IOPRIO_CLASS_BE", "priority": 99 }""", "ioPriority", "invalid ioPriority.Priority: 99")]
    [InlineData("""{ "initial": "x" }""", "execCPUAffinity", "invalid list of CPUs 'x' in process.execCPUAffinity.initial")]
    [InlineData("""{ "final": "3-" }""", "execCPUAffinity", "invalid list of CPUs '3-' in process.execCPUAffinity.final")]
    public void A_value_that_would_count_only_later_is_refused_at_once(string value, string field, string text)
        => Assert.Contains(text, _host.RunScript("true", bundle => bundle.Process[field] = JsonNode.Parse(value)).Error);
}
