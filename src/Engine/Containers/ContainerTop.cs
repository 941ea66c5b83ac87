using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary><c>docker top</c>: the host's <c>ps</c> with the given options, only the lines of the container's processes.</summary>
internal static class ContainerTop
{
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

    /// <exception cref="FaultException">Conflict: it does not run. InvalidArgument: options without a PID column. NotSupported: the host has no ps.</exception>
    public static async Task<ContainerTopResponse> RunAsync(Container container, string? psArguments, CancellationToken ct)
    {
        if (!container.State.Status.HasProcess() || container.Task is not { } task)
            throw new FaultException(FaultKind.Conflict, $"container {container.Id} is not running");
        string arguments = string.IsNullOrEmpty(psArguments) ? "-ef" : psArguments;
        var pids = (await task.PidsAsync(ct).ConfigureAwait(false)).ToHashSet();
        string output = await Task.Run(() => RunPs(arguments), ct).ConfigureAwait(false);
        return Parse(output, pids);
    }

    private static string RunPs(string arguments)
    {
        string path = Folders.Select(folder => Path.Combine(folder, "ps")).FirstOrDefault(File.Exists)
            ?? throw new FaultException(FaultKind.NotSupported, "cannot list processes: the host has no 'ps'; install procps");
        var (reader, writer) = Files.Pipe();
        using var output = reader;
        ChildProcess child;
        using (writer)
            child = Spawn.Start(new SpawnOptions
            {
                Path = path,
                Arguments = ["ps", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
                Descriptors = new Dictionary<int, Microsoft.Win32.SafeHandles.SafeFileHandle> { [1] = writer, [2] = writer },
            });
        using (child)
        {
            string text = System.Text.Encoding.UTF8.GetString(Files.ReadAll(output, "ps"));
            return child.Wait().ShellCode == 0 ? text
                : throw new FaultException(FaultKind.InvalidArgument, $"ps: {text.Split('\n', 2)[0].Trim()}");
        }
    }

    // UID   PID  PPID  C STIME TTY   TIME     CMD
    // root  4711 4690  0 10:00 ?     00:00:00 sleep 100
    internal static ContainerTopResponse Parse(string output, IReadOnlySet<int> pids)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] titles = lines.Length == 0 ? [] : lines[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int pidColumn = Array.IndexOf(titles, "PID");
        if (pidColumn < 0)
            throw new FaultException(FaultKind.InvalidArgument, "Couldn't find PID field in ps output");
        var processes = new List<IReadOnlyList<string>>();
        foreach (string line in lines.Skip(1))
        {
            // The last column is the command and has spaces of its own.
            string[] fields = line.Split((char[]?)null, titles.Length, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > pidColumn && int.TryParse(fields[pidColumn], out int pid) && pids.Contains(pid))
                processes.Add(fields);
        }
        return new ContainerTopResponse { Titles = titles, Processes = processes };
    }
}
