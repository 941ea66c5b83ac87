using Sampan.Linux;
using Sampan.Specs.Protobuf;

namespace Sampan.Runtime.Criu;

/// <summary>One request to criu: its type and its options. rpc.proto criu_req</summary>
internal sealed class CriuRequest(CriuRequestType type)
{
    private const int LogEverything = 4;
    private readonly ProtobufWriter _options = new();

    internal CriuRequestType Type => type;

    internal void Flag(int field, bool value) => _options.Bool(field, value);

    /// <summary>A number that is told though it be 0.</summary>
    internal void Number(int field, int value) => _options.Present(field, (ulong)(long)value);

    internal void Text(int field, string? value) => _options.String(field, value);

    /// <summary>A nested message of a text and a number: inherit_fd, criu_page_server_info.</summary>
    internal void Pair(int field, string text, int number)
    {
        int mark = _options.Begin(field);
        _options.String(1, text);
        _options.Present(2, (ulong)number);
        _options.End(mark);
    }

    /// <summary>A nested message of two texts, present though they be empty: ext_mount_map, join_namespace, cgroup_root.</summary>
    internal void Pair(int field, string first, string second)
    {
        int mark = _options.Begin(field);
        _options.String(1, first);
        _options.String(2, second);
        _options.End(mark);
    }

    /// <summary>What saving and restoring have in common.</summary>
    /// <param name="images">Folder, held open by us: criu opens our descriptor.</param>
    internal void Common(CriuOptions options, Microsoft.Win32.SafeHandles.SafeFileHandle images, Microsoft.Win32.SafeHandles.SafeFileHandle? work, string logFile, string? configFile)
    {
        Number(CriuField.images_dir_fd, images.Fd());
        if (work is not null) Number(CriuField.work_dir_fd, work.Fd());
        Number(CriuField.log_level, LogEverything);
        Text(CriuField.log_file, logFile);
        Text(CriuField.config_file, configFile);
        Flag(CriuField.notify_scripts, true);
        Flag(CriuField.manage_cgroups, true);
        Number(CriuField.manage_cgroups_mode, (int)options.Cgroups);
        Flag(CriuField.shell_job, options.ShellJob);
        Flag(CriuField.ext_unix_sk, options.ExternalUnixSockets);
        Flag(CriuField.tcp_established, options.TcpEstablished);
        Flag(CriuField.file_locks, options.FileLocks);
        Flag(CriuField.auto_dedup, options.AutoDedup);
        Flag(CriuField.lazy_pages, options.LazyPages);
        Flag(CriuField.orphan_pts_master, true);
        // Interfaces and addresses are made by whoever makes the network, for a restored container too.
        Number(CriuField.empty_ns, (int)NamespaceKinds.Network);
    }

    internal byte[] Encode()
    {
        ProtobufWriter request = new();
        request.Present(1, (ulong)type);
        request.Bytes(2, _options.Written);
        return request.Written.ToArray();
    }

    /// <summary>The answer to a notification: go on.</summary>
    internal static byte[] Acknowledgement()
    {
        ProtobufWriter request = new();
        request.Present(1, (ulong)CriuRequestType.NOTIFY);
        request.Bool(3, true);
        return request.Written.ToArray();
    }

    /// <summary>Asks whether the kernel tracks changed memory, and has userfaultfd(2) for pages that come later.</summary>
    internal static byte[] FeatureCheck()
    {
        ProtobufWriter request = new();
        request.Present(1, (ulong)CriuRequestType.FEATURE_CHECK);
        int mark = request.Begin(5);
        request.Bool(1, true);
        request.Bool(2, true);
        request.End(mark);
        return request.Written.ToArray();
    }
}
