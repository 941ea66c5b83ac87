using System.Text;
using Sampan.Faults;
using Sampan.Fuzzing;
using Sampan.Runtime.CommandLine;
using Sampan.Runtime.Processes;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Tests;

/// <summary>Whatever is put before the readers, they read it or say what is wrong with it; nothing else comes out of them.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_broken_config_is_read_or_refused()
    {
        byte[] config = File.ReadAllBytes($"{Rich().Write()}/config.json");
        Mutator mutator = new(20261121);
        int refused = 0;
        for (int round = Mutator.Rounds(20_000); round > 0; round--)
        {
            byte[] broken = mutator.Mutate(config);
            try
            {
                RuntimeSpec spec = RuntimeSpecReader.Read(broken);
                SpecValidator.Check(spec, new CreateOptions { Bundle = "/" });
            }
            catch (FaultException)
            {
                refused++;
            }
            catch (Exception e) when (e is not FaultException)
            {
                Assert.Fail($"{e.GetType().Name}: {e.Message} on {Convert.ToBase64String(broken)}");
            }
        }
        Assert.True(refused > 0);
    }

    [Fact]
    public void A_broken_config_ends_the_program_with_an_error_and_nothing_is_left()
    {
        Bundle bundle = Rich();
        bundle.Process["args"] = new System.Text.Json.Nodes.JsonArray("true");
        string folder = bundle.Write();
        byte[] config = File.ReadAllBytes($"{folder}/config.json");
        Mutator mutator = new(7);
        for (int round = Mutator.Rounds(60); round > 0; round--)
        {
            byte[] broken = mutator.Mutate(config);
            File.WriteAllBytes($"{folder}/config.json", broken);
            Outcome outcome = RuntimeProgramHost.Execute("timeout", ["-s", "KILL", "60", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", folder, _host.Id]);
            Assert.True(outcome.ExitCode is >= 0 and < 128, $"exit code {outcome.ExitCode} on {Convert.ToBase64String(broken)}: {outcome.Error}");
        }
    }

    [Fact]
    public void Broken_documents_of_ours_and_the_kernels_are_read_or_refused()
    {
        (string Sample, Action<string> Read)[] readers =
        [
            ("{\"ociVersion\":\"1.2.1\",\"id\":\"a\",\"status\":\"running\",\"pid\":7,\"bundle\":\"/b\",\"created\":\"2026-11-21T05:11:01.1234567Z\",\"initStartTime\":77,\"cgroupPath\":\"/c\"}", text => ContainerStateJson.Read(Encoding.UTF8.GetBytes(text))),
            ("{\"memory\":{\"limit\":1},\"cpu\":{\"shares\":2,\"cpus\":\"0-1\"},\"pids\":{\"limit\":3},\"unified\":{\"memory.high\":\"max\"}}", text => RuntimeSpecReader.ReadResources(Encoding.UTF8.GetBytes(text))),
            ("{\"args\":[\"a\"],\"cwd\":\"/\",\"user\":{\"uid\":1},\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":1,\"soft\":1}]}", text => RuntimeSpecReader.ReadProcess(Encoding.UTF8.GetBytes(text))),
            ("4242 (a name) S 1 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 2", text => ProcessStat.Parse(text)),
            ("nosuid,noexec,size=65536k,rro,mode=755", text => MountOptions.Parse(text.Split(','))),
            ("1h2m3.5s100ms", text => GoDuration.Parse(text, "interval")),
            ("SIGRTMIN+3", text => Signals.Parse(text)),
        ];
        Mutator mutator = new(11);
        foreach ((string sample, Action<string> read) in readers)
        {
            for (int round = Mutator.Rounds(4000); round > 0; round--)
            {
                string broken = mutator.MutateText(sample);
                try
                {
                    read(broken);
                }
                catch (FaultException)
                {
                    // Said, as it should be.
                }
                catch (Exception e) when (e is not FaultException)
                {
                    Assert.Fail($"{e.GetType().Name}: {e.Message} on '{broken}'");
                }
            }
        }
    }

    private Bundle Rich()
    {
        Bundle bundle = new(_host);
        bundle.Linux["resources"] = System.Text.Json.Nodes.JsonNode.Parse("""
            {"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,"minor":3,"access":"r"}],"memory":{"limit":67108864,"swap":-1},"cpu":{"shares":512,"quota":50000,"period":100000,"cpus":"0"},
             "pids":{"limit":50},"hugepageLimits":[],"rdma":{},"unified":{}}
            """);
        bundle.Linux["seccomp"] = System.Text.Json.Nodes.JsonNode.Parse("""
            {"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["mkdir","personality"],"action":"SCMP_ACT_ERRNO","errnoRet":5,"args":[{"index":0,"value":8,"op":"SCMP_CMP_EQ"}]}]}
            """);
        bundle.Linux["sysctl"] = System.Text.Json.Nodes.JsonNode.Parse("""{"net.ipv4.ip_forward":"1"}""");
        bundle.Process["rlimits"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"type":"RLIMIT_NOFILE","hard":1024,"soft":512}]""");
        bundle.Config["annotations"] = System.Text.Json.Nodes.JsonNode.Parse("""{"a.b":"c"}""");
        return bundle;
    }
}
