using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;

namespace Sampan.Linux.Tests;

/// <summary>Compiles static asserts: what C# believes of the kernel's and libc's headers, against those headers.</summary>
public sealed class HeaderTests
{
    private readonly StringBuilder _asserts = new();

    [Fact]
    public void Every_struct_lies_in_memory_as_the_headers_say()
    {
        Struct<OpenHow>("struct open_how", ("flags", "Flags"), ("mode", "Mode"), ("resolve", "Resolve"));
        Struct<MountAttributes>("struct mount_attr", ("attr_set", "Set"), ("attr_clr", "Clear"), ("propagation", "Propagation"), ("userns_fd", "UserNamespaceFd"));
        Struct<InterfaceFlags>("struct ifreq", ("ifr_name", "Name"), ("ifr_flags", "Flags"));
        Struct<PollFd>("struct pollfd", ("fd", "Fd"), ("events", "Events"), ("revents", "Revents"));
        Struct<Rlimit>("struct rlimit", ("rlim_cur", "Soft"), ("rlim_max", "Hard"));
        Struct<WindowSize>("struct winsize", ("ws_row", "Rows"), ("ws_col", "Columns"), ("ws_xpixel", "PixelWidth"), ("ws_ypixel", "PixelHeight"));
        Struct<SignalInfo>("siginfo_t", ("si_signo", "Signo"), ("si_errno", "Errno"), ("si_code", "Code"), ("si_pid", "Pid"), ("si_uid", "Uid"), ("si_status", "Status"));
        Struct<Statx>("struct statx", ("stx_mask", "Mask"), ("stx_nlink", "LinkCount"), ("stx_uid", "Uid"), ("stx_gid", "Gid"), ("stx_mode", "Mode"), ("stx_ino", "Inode"),
            ("stx_size", "Size"), ("stx_blocks", "Blocks"), ("stx_atime", "AccessTime"), ("stx_btime", "BirthTime"), ("stx_ctime", "ChangeTime"), ("stx_mtime", "ModifyTime"),
            ("stx_rdev_major", "RdevMajor"), ("stx_rdev_minor", "RdevMinor"), ("stx_dev_major", "DevMajor"), ("stx_dev_minor", "DevMinor"), ("stx_mnt_id", "MountId"));
        Assert("CLONE_ARGS_SIZE_VER2", Unsafe.SizeOf<CloneArgs>());
        Offsets<CloneArgs>("struct clone_args", ("flags", "Flags"), ("pidfd", "Pidfd"), ("exit_signal", "ExitSignal"), ("set_tid_size", "SetTidSize"), ("cgroup", "Cgroup"));
        Compile();
    }

    [Fact]
    public void What_is_laid_out_by_hand_between_clone_and_exec_fits_the_headers()
    {
        Assert("sizeof(struct msghdr)", 7 * 8);
        Assert("offsetof(struct msghdr, msg_iov)", 2 * 8);
        Assert("offsetof(struct msghdr, msg_iovlen)", 3 * 8);
        Assert("offsetof(struct msghdr, msg_control)", 4 * 8);
        Assert("offsetof(struct msghdr, msg_controllen)", 5 * 8);
        Assert("CMSG_LEN(sizeof(int))", 20);
        Assert("CMSG_SPACE(sizeof(int))", 24);
        Assert("offsetof(struct cmsghdr, cmsg_level)", 2 * 4);
        Assert("offsetof(struct cmsghdr, cmsg_type)", 3 * 4);
        Assert("sizeof(struct iovec)", 2 * 8);
        Assert("sizeof(struct sockaddr_un)", 110);
        Assert("offsetof(struct sockaddr_un, sun_path)", 2);
        Assert("sizeof(struct sock_fprog)", 16);
        Assert("offsetof(struct sock_fprog, filter)", 8);
        Assert("offsetof(struct statfs, f_flags)", 10 * 8);
        Assert("sizeof(struct statfs)", 15 * 8);
        Assert("ST_RDONLY", 1);
        _asserts.AppendLine($"_Static_assert(sizeof(posix_spawn_file_actions_t) <= {Spawn.FileActionsSize}, \"file actions\");");
        _asserts.AppendLine($"_Static_assert(sizeof(posix_spawnattr_t) <= {Spawn.AttributesSize}, \"attributes\");");
        _asserts.AppendLine($"_Static_assert(sizeof(sigset_t) <= {Spawn.SignalSetSize}, \"signals\");");
        Compile();
    }

    [Fact]
    public void Every_system_call_has_its_number()
    {
        foreach (var field in typeof(SyscallNumber).GetFields())
            Assert($"SYS_{field.Name}", (int)field.GetRawConstantValue()!);
        Compile();
    }

    [Fact]
    public void Every_errno_has_its_number()
    {
        foreach (Errno errno in Enum.GetValues<Errno>())
            if (errno != Errno.None) Assert(errno.ToString(), (int)errno);
        Compile();
    }

    [Fact]
    public void Every_flag_has_its_bits()
    {
        Flags(("O_WRONLY", OpenFlags.WriteOnly), ("O_RDWR", OpenFlags.ReadWrite), ("O_CREAT", OpenFlags.Create), ("O_EXCL", OpenFlags.Exclusive), ("O_NOCTTY", OpenFlags.NoControllingTerminal),
            ("O_TRUNC", OpenFlags.Truncate), ("O_APPEND", OpenFlags.Append), ("O_NONBLOCK", OpenFlags.NonBlocking), ("O_DIRECTORY", OpenFlags.Directory), ("O_NOFOLLOW", OpenFlags.NoFollow),
            ("O_CLOEXEC", OpenFlags.CloseOnExec), ("O_PATH", OpenFlags.Path));
        Flags(("RESOLVE_NO_XDEV", ResolveFlags.NoXdev), ("RESOLVE_NO_MAGICLINKS", ResolveFlags.NoMagicLinks), ("RESOLVE_NO_SYMLINKS", ResolveFlags.NoSymlinks), ("RESOLVE_BENEATH", ResolveFlags.Beneath), ("RESOLVE_IN_ROOT", ResolveFlags.InRoot));
        Flags(("MS_RDONLY", MountFlags.ReadOnly), ("MS_NOSUID", MountFlags.NoSuid), ("MS_NODEV", MountFlags.NoDev), ("MS_NOEXEC", MountFlags.NoExec), ("MS_SYNCHRONOUS", MountFlags.Synchronous),
            ("MS_REMOUNT", MountFlags.Remount), ("MS_MANDLOCK", MountFlags.MandatoryLock), ("MS_DIRSYNC", MountFlags.DirSync), ("MS_NOSYMFOLLOW", MountFlags.NoSymFollow), ("MS_NOATIME", MountFlags.NoAtime),
            ("MS_NODIRATIME", MountFlags.NoDirAtime), ("MS_BIND", MountFlags.Bind), ("MS_MOVE", MountFlags.Move), ("MS_REC", MountFlags.Recursive), ("MS_SILENT", MountFlags.Silent), ("MS_POSIXACL", MountFlags.PosixAcl),
            ("MS_UNBINDABLE", MountFlags.Unbindable), ("MS_PRIVATE", MountFlags.Private), ("MS_SLAVE", MountFlags.Slave), ("MS_SHARED", MountFlags.Shared), ("MS_RELATIME", MountFlags.RelAtime),
            ("MS_I_VERSION", MountFlags.IVersion), ("MS_STRICTATIME", MountFlags.StrictAtime), ("MS_LAZYTIME", MountFlags.LazyTime));
        Flags(("MNT_FORCE", UnmountFlags.Force), ("MNT_DETACH", UnmountFlags.Detach), ("MNT_EXPIRE", UnmountFlags.Expire), ("UMOUNT_NOFOLLOW", UnmountFlags.NoFollow));
        Flags(("MOUNT_ATTR_RDONLY", MountAttribute.ReadOnly), ("MOUNT_ATTR_NOSUID", MountAttribute.NoSuid), ("MOUNT_ATTR_NODEV", MountAttribute.NoDev), ("MOUNT_ATTR_NOEXEC", MountAttribute.NoExec),
            ("MOUNT_ATTR__ATIME", MountAttribute.AtimeMask), ("MOUNT_ATTR_NOATIME", MountAttribute.NoAtime), ("MOUNT_ATTR_STRICTATIME", MountAttribute.StrictAtime), ("MOUNT_ATTR_NODIRATIME", MountAttribute.NoDirAtime),
            ("MOUNT_ATTR_IDMAP", MountAttribute.IdMap), ("MOUNT_ATTR_NOSYMFOLLOW", MountAttribute.NoSymFollow));
        Flags(("CLONE_NEWTIME", NamespaceKinds.Time), ("CLONE_NEWNS", NamespaceKinds.Mount), ("CLONE_NEWCGROUP", NamespaceKinds.Cgroup), ("CLONE_NEWUTS", NamespaceKinds.Uts), ("CLONE_NEWIPC", NamespaceKinds.Ipc),
            ("CLONE_NEWUSER", NamespaceKinds.User), ("CLONE_NEWPID", NamespaceKinds.Pid), ("CLONE_NEWNET", NamespaceKinds.Network));
        Flags(("S_IFIFO", FileKind.Fifo), ("S_IFCHR", FileKind.CharacterDevice), ("S_IFDIR", FileKind.Directory), ("S_IFBLK", FileKind.BlockDevice), ("S_IFREG", FileKind.Regular), ("S_IFLNK", FileKind.SymbolicLink), ("S_IFSOCK", FileKind.Socket));
        for (int number = 0; number < Capabilities.All.Count; number++) Assert(Capabilities.All[number], number);
        Assert("CAP_LAST_CAP", Capabilities.All.Count - 1);
        foreach (var field in typeof(Libc).GetFields().Where(field => field.IsLiteral && field.FieldType == typeof(int)))
            Assert(field.Name, (int)field.GetRawConstantValue()!);
        Compile();
    }

    [Fact]
    public void A_childs_report_has_no_gap_that_could_carry_memory_of_the_parent()
        => Xunit.Assert.Equal(16 + (ChildReport.SlotCount * 8), Unsafe.SizeOf<ChildReport>());

    private void Struct<T>(string name, params (string C, string Cs)[] fields) where T : unmanaged
    {
        Assert($"sizeof({name})", Unsafe.SizeOf<T>());
        Offsets<T>(name, fields);
    }

    private void Offsets<T>(string name, params (string C, string Cs)[] fields) where T : unmanaged
    {
        foreach ((string c, string cs) in fields) Assert($"offsetof({name}, {c})", (int)Marshal.OffsetOf<T>(cs));
    }

    private void Flags<T>(params (string C, T Value)[] flags) where T : struct, Enum
    {
        foreach ((string c, T value) in flags) Assert($"(unsigned long)({c})", Convert.ToInt64(value, CultureInfo.InvariantCulture), $"{typeof(T).Name}.{value}");
    }

    private void Assert(string expression, long value, string? name = null)
        => _asserts.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(({expression}) == {value}, \"C# has {value} for {name ?? expression.Replace("\"", "'")}\");");

    private void Compile()
    {
        const string Headers = """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <errno.h>
            #include <fcntl.h>
            #include <poll.h>
            #include <sched.h>
            #include <signal.h>
            #include <spawn.h>
            #include <termios.h>
            #include <unistd.h>
            #include <linux/capability.h>
            #include <linux/filter.h>
            #include <linux/mount.h>
            #include <linux/openat2.h>
            #include <linux/sched.h>
            #include <sys/epoll.h>
            #include <sys/eventfd.h>
            #include <sys/file.h>
            #include <sys/inotify.h>
            #include <sys/ioctl.h>
            #include <sys/prctl.h>
            #include <sys/resource.h>
            #include <sys/signalfd.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/statfs.h>
            #include <sys/statvfs.h>
            #include <sys/syscall.h>
            #include <sys/timerfd.h>
            #include <sys/un.h>
            #include <sys/wait.h>
            #include <sys/xattr.h>
            #include <net/if.h>
            #include <netinet/in.h>
            #include <netinet/tcp.h>
            #define MS_NOSYMFOLLOW 256
            #define MNT_FORCE 1
            #define MNT_DETACH 2
            #define MNT_EXPIRE 4
            #define UMOUNT_NOFOLLOW 8

            """;
        ProcessStartInfo start = new("gcc", ["-x", "c", "-fsyntax-only", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using Process gcc = Process.Start(start)!;
        gcc.StandardInput.Write(Headers + _asserts);
        gcc.StandardInput.Close();
        string errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        Xunit.Assert.True(gcc.ExitCode == 0, errors);
    }
}
