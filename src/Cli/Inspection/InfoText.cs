using System.Text;
using Sampan.Cli.Formatting;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Inspection;

/// <summary>The system info as people read it; the lines and their order are docker's.</summary>
internal static class InfoText
{
    public static string Of(SystemInfoResponse info)
    {
        var text = new StringBuilder();
        void Line(string name, object? value) => text.Append(name).Append(": ").Append(value).Append('\n');
        void LineIf(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) Line(name, value);
        }
        void Lines(string name, IEnumerable<string> values)
        {
            text.Append(name).Append(":\n");
            foreach (string value in values) text.Append(value).Append('\n');
        }

        text.Append("Client: Sampan\n");
        Line(" Version", "   " + ProgramVersion.Text);
        Line(" Context", "   default");
        Line(" Debug Mode", "false");
        text.Append("\nServer:\n");
        Line(" Containers", info.Containers);
        Line("  Running", info.ContainersRunning);
        Line("  Paused", info.ContainersPaused);
        Line("  Stopped", info.ContainersStopped);
        Line(" Images", info.Images);
        LineIf(" Server Version", info.ServerVersion);
        LineIf(" Storage Driver", info.Driver);
        foreach (var pair in info.DriverStatus ?? []) Line("  " + pair[0], pair[1]);
        LineIf(" Logging Driver", info.LoggingDriver);
        LineIf(" Cgroup Driver", info.CgroupDriver);
        LineIf(" Cgroup Version", info.CgroupVersion);
        text.Append(" Plugins:\n");
        Line("  Volume", string.Join(' ', info.Plugins.Volume ?? []));
        Line("  Network", string.Join(' ', info.Plugins.Network ?? []));
        if (info.Plugins.Authorization is { Count: > 0 } authorization) Line("  Authorization", string.Join(' ', authorization));
        Line("  Log", string.Join(' ', info.Plugins.Log ?? []));
        if (info.CdiSpecDirs.Count > 0) Lines(" CDI spec directories", info.CdiSpecDirs.Select(folder => "  " + folder));
        Line(" Swarm", info.Swarm.LocalNodeState);
        if (info.Runtimes is { Count: > 0 } runtimes)
        {
            Line(" Runtimes", string.Join(' ', runtimes.Keys));
            Line(" Default Runtime", info.DefaultRuntime);
        }
        Line(" Init Binary", info.InitBinary);
        Line(" containerd version", info.ContainerdCommit.ID);
        Line(" runc version", info.RuncCommit.ID);
        Line(" init version", info.InitCommit.ID);
        if (info.SecurityOptions is { Count: > 0 } security) Lines(" Security Options", security.SelectMany(SecurityLines));
        LineIf(" Kernel Version", info.KernelVersion);
        LineIf(" Operating System", info.OperatingSystem);
        LineIf(" OSType", info.OSType);
        LineIf(" Architecture", info.Architecture);
        Line(" CPUs", info.NCpu);
        Line(" Total Memory", Human.BinarySize(info.MemTotal));
        LineIf(" Name", info.Name);
        LineIf(" ID", info.ID);
        Line(" Docker Root Dir", info.DockerRootDir);
        Line(" Debug Mode", info.Debug ? "true" : "false");
        if (info.Debug)
        {
            Line("  File Descriptors", info.NFd);
            Line("  Goroutines", info.NGoroutines);
            Line("  System Time", info.SystemTime);
            Line("  EventsListeners", info.NEventsListener);
        }
        LineIf(" HTTP Proxy", info.HttpProxy);
        LineIf(" HTTPS Proxy", info.HttpsProxy);
        LineIf(" No Proxy", info.NoProxy);
        if (info.Labels.Count > 0) Lines(" Labels", info.Labels.Select(label => "  " + label));
        Line(" Experimental", info.ExperimentalBuild ? "true" : "false");
        AppendRegistries(text, info.RegistryConfig);
        Line(" Live Restore Enabled", info.LiveRestoreEnabled ? "true" : "false");
        LineIf(" Product License", info.ProductLicense);
        if (info.DefaultAddressPools is { Count: > 0 } pools) Lines(" Default Address Pools", pools.Select(pool => $"   Base: {pool.Base}, Size: {pool.Size}"));
        return text.Append('\n').ToString();
    }

    /// <summary>"name=seccomp,profile=builtin".</summary>
    private static IEnumerable<string> SecurityLines(string option)
    {
        foreach (string part in option.Split(','))
        {
            if (part.StartsWith("name=", StringComparison.Ordinal)) yield return "  " + part["name=".Length..];
            else if (part.StartsWith("profile=", StringComparison.Ordinal)) yield return "   Profile: " + part["profile=".Length..];
        }
    }

    private static void AppendRegistries(StringBuilder text, RegistryServiceConfig? registries)
    {
        var insecure = (registries?.IndexConfigs ?? new Dictionary<string, RegistryIndex>()).Values.Where(index => !index.Secure).Select(index => index.Name)
            .Concat(registries?.InsecureRegistryCidrs ?? []).ToList();
        if (insecure.Count > 0) text.Append(" Insecure Registries:\n").AppendJoin("", insecure.Select(name => $"  {name}\n"));
        if (registries?.Mirrors is { Count: > 0 } mirrors) text.Append(" Registry Mirrors:\n").AppendJoin("", mirrors.Select(mirror => $"  {mirror}\n"));
    }
}
