using System.Globalization;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers;

/// <summary>"0.0.0.0:8080->80/tcp, 443/tcp": ports of one container, runs of them joined.</summary>
internal static class PortColumn
{
    private sealed class Run(string address, string protocol, int first)
    {
        public string Address => address;
        public string Protocol => protocol;
        public int First { get; } = first;
        public int Last { get; set; } = first;
    }

    public static string Of(IReadOnlyList<ContainerPort> ports)
    {
        var shown = new List<string>();
        var runs = new List<Run>();      // open ones, in the order they began
        var mappings = new List<string>();
        foreach (var port in ports.OrderBy(port => port.PrivatePort).ThenBy(port => port.IP ?? "", StringComparer.Ordinal)
            .ThenBy(port => port.PublicPort).ThenBy(port => port.Type, StringComparer.Ordinal))
        {
            string address = port.IP ?? "";
            if (address.Length > 0 && port.PublicPort != port.PrivatePort)
            {
                mappings.Add($"{Bracketed(address)}:{port.PublicPort}->{port.PrivatePort}/{port.Type}");
                continue;
            }
            int at = runs.FindIndex(run => run.Address == address && run.Protocol == port.Type);
            if (at < 0)
            {
                runs.Add(new Run(address, port.Type, port.PrivatePort));
            }
            else if (port.PrivatePort == runs[at].Last + 1)
            {
                runs[at].Last = port.PrivatePort;
            }
            else
            {
                shown.Add(Format(runs[at]));
                runs[at] = new Run(address, port.Type, port.PrivatePort);
            }
        }
        return string.Join(", ", shown.Concat(runs.Select(Format)).Concat(mappings));
    }

    private static string Format(Run run)
    {
        string range = run.First == run.Last ? run.First.ToString(CultureInfo.InvariantCulture) : $"{run.First}-{run.Last}";
        return run.Address.Length == 0 ? $"{range}/{run.Protocol}" : $"{Bracketed(run.Address)}:{range}->{range}/{run.Protocol}";
    }

    private static string Bracketed(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
