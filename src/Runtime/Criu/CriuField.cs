namespace Sampan.Runtime.Criu;

/// <summary>Field numbers of criu's RPC, in its spelling. https://github.com/checkpoint-restore/criu/blob/v3.17/images/rpc.proto</summary>
internal static class CriuField
{
    internal const int
        // criu_opts
        images_dir_fd = 1, pid = 2, leave_running = 3, ext_unix_sk = 4, tcp_established = 5, evasive_devices = 6, shell_job = 7, file_locks = 8, log_level = 9,
        log_file = 10, ps = 11, notify_scripts = 12, root = 13, parent_img = 14, track_mem = 15, auto_dedup = 16, work_dir_fd = 17, link_remap = 18, ext_mnt = 23,
        manage_cgroups = 24, cg_root = 25, rst_sibling = 26, inherit_fd = 27, manage_cgroups_mode = 34, external = 37, empty_ns = 38, join_ns = 39,
        freeze_cgroup = 44, tcp_skip_in_flight = 46, lazy_pages = 48, status_fd = 49, orphan_pts_master = 50, config_file = 51, lsm_profile = 53, lsm_mount_context = 63, network_lock = 64;
}

/// <summary>rpc.proto criu_req_type</summary>
internal enum CriuRequestType
{
    EMPTY = 0,
    DUMP = 1,
    RESTORE = 2,
    PRE_DUMP = 4,
    NOTIFY = 6,
    FEATURE_CHECK = 9,
    VERSION = 10,
}

/// <summary>For messages: the runtime is built without reflection.</summary>
internal static class CriuRequestTypeNames
{
    internal static string Name(this CriuRequestType type) => type switch
    {
        CriuRequestType.EMPTY => nameof(CriuRequestType.EMPTY),
        CriuRequestType.DUMP => nameof(CriuRequestType.DUMP),
        CriuRequestType.RESTORE => nameof(CriuRequestType.RESTORE),
        CriuRequestType.PRE_DUMP => nameof(CriuRequestType.PRE_DUMP),
        CriuRequestType.NOTIFY => nameof(CriuRequestType.NOTIFY),
        CriuRequestType.FEATURE_CHECK => nameof(CriuRequestType.FEATURE_CHECK),
        CriuRequestType.VERSION => nameof(CriuRequestType.VERSION),
        _ => $"{(int)type}",
    };
}
