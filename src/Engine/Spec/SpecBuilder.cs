using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary>Makes the <c>config.json</c> of a container's bundle, section by section, as dockerd 28 makes it.</summary>
internal static class SpecBuilder
{
    /// <exception cref="Faults.FaultException">InvalidArgument: an option cannot be turned into the specification.</exception>
    public static RuntimeSpec Build(SpecContext context)
    {
        var host = context.Document.HostConfig;
        bool privileged = host.Privileged;
        var security = SecurityOptions.Parse(host.SecurityOpt, privileged);
        return new RuntimeSpec
        {
            Root = new Root { Path = context.RootPath, Readonly = host.ReadonlyRootfs },
            Hostname = NamespaceSection.SharesHostUts(host) ? null : context.Hostname,
            Domainname = NamespaceSection.SharesHostUts(host) || string.IsNullOrEmpty(context.Document.Config.Domainname) ? null : context.Document.Config.Domainname,
            Process = ProcessSection.Build(context, security),
            Mounts = MountSection.Build(context),
            Annotations = host.Annotations is { Count: > 0 } annotations ? annotations : null,
            Linux = new LinuxSpec
            {
                CgroupsPath = context.CgroupsPath,
                Namespaces = NamespaceSection.Build(context),
                Sysctl = SysctlSection.Build(host, ownNetwork: NamespaceSection.HasOwnNetwork(context)),
                Resources = ResourcesSection.Build(host),
                Devices = DeviceSection.Build(host),
                Seccomp = security.SeccompFor(DefaultCapabilities.Resolve(privileged, host.CapAdd, host.CapDrop)),
                MaskedPaths = privileged || security.SystemPathsUnconfined ? [] : host.MaskedPaths ?? DefaultPaths.Masked,
                ReadonlyPaths = privileged || security.SystemPathsUnconfined ? [] : host.ReadonlyPaths ?? DefaultPaths.Readonly,
                RootfsPropagation = MountSection.RootPropagation(context.Document.Mounts),
            },
        };
    }
}
