namespace Sampan.Runtime.Tests;

/// <summary>Stock engines with our program in the place of runc, each in pid, mount and network namespaces of its own.</summary>
public sealed class PeersTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose()
    {
        // podman's monitor has groups of its own, and plain folders where a controller is not mounted.
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup"))
        {
            if (!File.Exists($"{hierarchy}/cgroup.clone_children") && !File.Exists($"{hierarchy}/cgroup.controllers")) Directory.Delete(hierarchy, recursive: true);
            else if (Directory.Exists($"{hierarchy}/sampan-test/conmon")) Directory.Delete($"{hierarchy}/sampan-test/conmon");
        }
        _host.Dispose();
    }

    [Fact]
    public void Dockerd_runs_executes_pauses_updates_and_measures_containers()
    {
        string output = InNamespaces("""
            mkdir /run/d; dockerd -H unix:///run/d/s --data-root /run/d/data --exec-root /run/d/exec -p /run/d/pid --bridge none --iptables=false \
              --storage-driver vfs --cgroup-parent /sampan-test --add-runtime sampan=$PROGRAM --default-runtime sampan > /run/d/log 2>&1 &
            d() { docker -H unix:///run/d/s "$@"; }
            while ! d version > /dev/null 2>&1; do sleep 0.1; done
            tar -C $ROOTFS -c . | d import - image > /dev/null
            d run --rm --network none image sh -c 'echo run; exit 3'; echo $?
            d run -d --name one --network none -m 64m image sleep 1000 > /dev/null
            d exec one sh -c 'echo exec; exit 4'; echo $?
            d pause one; d inspect -f '{{.State.Status}}' one; d unpause one
            d update -m 80m --memory-swap 160m one 2> /dev/null; d exec one cat /sys/fs/cgroup/memory/memory.limit_in_bytes
            d stats --no-stream --format '{{.PIDs}}' one; d top one | grep -c 'sleep 1000'
            script -qc 'docker -H unix:///run/d/s exec -t one tty' /dev/null
            d run --rm --network none image nosuch > /dev/null 2>&1; echo $?
            d rm -f one
            """);
        Assert.Equal("run\n3\nexec\n4\none\npaused\none\none\n83886080\n1\n1\n/dev/pts/0\n127\none\n", output);
    }

    [Fact]
    public void Containerd_runs_it_as_the_binary_of_its_own_shim()
    {
        string output = InNamespaces("""
            mkdir /run/c; printf 'version = 2\nroot = "/run/c/root"\nstate = "/run/c/state"\n[grpc]\naddress = "/run/c/s"\n' > /run/c/config
            containerd -c /run/c/config > /run/c/log 2>&1 &
            c() { ctr -a /run/c/s -n sampan-test "$@"; }
            while ! c version > /dev/null 2>&1; do sleep 0.1; done
            run() { c run --rootfs --env PATH=/bin --cgroup /sampan-test/$ID --runtime io.containerd.runc.v2 --runc-binary $PROGRAM "$@"; }
            run --rm $ROOTFS one sh -c 'echo run; exit 5'; echo $?
            run -d $ROOTFS two sleep 1000
            c task exec --exec-id e two sh -c 'echo exec; exit 6'; echo $?
            c task pause two; c task ls | grep -o PAUSED; c task resume two; c task metrics two | grep -c cpuacct
            c task kill -s KILL two; while c task ls | grep -q RUNNING; do sleep 0.05; done; c task rm two 2> /dev/null; c container rm two
            """);
        Assert.Equal("run\n5\nexec\n6\nPAUSED\n", string.Concat(output.Split('\n').Take(5).Select(line => line + "\n")));
    }

    [Fact]
    public void Podman_runs_executes_pauses_updates_and_measures_containers()
    {
        string output = InNamespaces("""
            p() { podman --root /run/p/root --runroot /run/p/run --tmpdir /run/p/tmp --storage-driver vfs --cgroup-manager cgroupfs --events-backend file --runtime $PROGRAM "$@"; }
            tar -C $ROOTFS -c . | p import - image > /dev/null 2>&1
            some="--network none --cgroup-parent /sampan-test --ulimit nofile=1024:1024 --ulimit nproc=1000:1000"   # higher ones need CAP_SYS_RESOURCE
            p run --rm $some image sh -c 'echo run; exit 3'; echo $?
            p run -d --name one $some --memory 64m image sleep 1000 > /dev/null
            p exec one sh -c 'echo exec; exit 4'; echo $?
            p pause one; p inspect -f '{{.State.Status}}' one; p unpause one
            p update --memory 80m one > /dev/null; p exec one cat /sys/fs/cgroup/memory/memory.limit_in_bytes
            p stats --no-stream --format '{{.PIDs}}' one; p top one | grep -c 'sleep 1000'
            p rm -f -t 0 one
            """);
        Assert.Equal("run\n3\nexec\n4\none\npaused\none\n83886080\n1\n1\none\n", output);
    }

    private string InNamespaces(string script)
    {
        string before = $"ip link set lo up; mount -t tmpfs tmpfs /run; export PROGRAM={RuntimeProgramHost.Program} ROOTFS={_host.Rootfs} ID={_host.Id} TMPDIR={_host.Folder}; ulimit -n 1024\n";
        Outcome outcome = RuntimeProgramHost.Execute("timeout", ["-s", "KILL", "120", "unshare", "-m", "-n", "-p", "--fork", "--mount-proc", "--kill-child", "--propagation", "private", "bash", "-c", before + script]);
        return (outcome.Output.Length > 0 ? outcome.Output : outcome.Error).Replace("\r", "", StringComparison.Ordinal);
    }
}
