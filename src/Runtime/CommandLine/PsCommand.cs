using System.Globalization;
using System.Text;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Runtime.CommandLine;

/// <summary>Lists a container's processes: as JSON ourselves, as a table by ps(1), whose options and columns people know.</summary>
internal static class PsCommand
{
    internal static Command Command => new("ps", """
        ps displays the processes running inside a container
        <container-id> [ps options]
        --format value, -f value  select one of: table(default) or json
        """, Run)
    { TakesCommand = true };

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        SortedSet<string> pids = new(StringComparer.Ordinal);
        foreach (int pid in container.Processes()) pids.Add(pid.ToString(CultureInfo.InvariantCulture));
        switch (parsed.Value("format"))
        {
            case "json":
                StandardOutput.Write($"[{string.Join(',', pids)}]\n");
                return 0;
            case null or "table":
                StandardOutput.Write(Filter(Table(parsed.OperandsAfterFirst()), pids));
                return 0;
            default:
                throw new FaultException(FaultKind.InvalidArgument, "invalid format option");
        }
    }

    private static string Table(IReadOnlyList<string> options)
    {
        var (reader, writer) = Files.Pipe();
        using (reader)
        {
            ChildProcess ps;
            using (writer)
                ps = Spawn.Start(new SpawnOptions { Path = "/bin/ps", Arguments = ["ps", .. options.Count > 0 ? options : ["-ef"]], Descriptors = new Dictionary<int, Microsoft.Win32.SafeHandles.SafeFileHandle> { [1] = writer } });
            using (ps)
            {
                string table = Encoding.UTF8.GetString(Files.ReadAll(reader, "output of ps"));
                if (ps.Wait().ShellCode != 0) throw new FaultException(FaultKind.InvalidArgument, $"ps refused its options: {string.Join(' ', options)}");
                return table;
            }
        }
    }

    private static string Filter(string table, SortedSet<string> pids)
    {
        string[] lines = table.TrimEnd('\n').Split('\n');
        int column = Array.IndexOf(Words(lines[0]), "PID");
        if (column < 0) throw new FaultException(FaultKind.InvalidArgument, "couldn't find PID field in ps output");
        StringBuilder filtered = new();
        for (int i = 0; i < lines.Length; i++)
            if (i == 0 || (Words(lines[i]) is var words && words.Length > column && pids.Contains(words[column]))) filtered.Append(lines[i]).Append('\n');
        return filtered.ToString();
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
