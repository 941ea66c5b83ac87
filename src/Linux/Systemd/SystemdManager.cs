using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Systemd;

/// <summary>systemd itself, on its private socket: the machine's for root, the user's own otherwise. org.freedesktop.systemd1(5)</summary>
internal sealed class SystemdManager : IDisposable
{
    private const string Path = "/org/freedesktop/systemd1", Interface = "org.freedesktop.systemd1.Manager", MachineSocket = "/run/systemd/private";
    private readonly DBusConnection _connection;

    private SystemdManager(DBusConnection connection) => _connection = connection;

    /// <exception cref="FaultException">NotSupported: no systemd runs here.</exception>
    internal static SystemdManager Connect()
    {
        string own = $"{Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR")}/systemd/private";
        string path = Libc.geteuid() == 0 && Files.TryStat(null, MachineSocket, followLinks: true, out _) ? MachineSocket : own;
        try
        {
            return new(DBusConnection.Open(path));
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR)
        {
            throw new FaultException(FaultKind.NotSupported, $"systemd not running on this host, cannot use systemd cgroups manager: nobody listens on '{path}'; leave out --systemd-cgroup", e);
        }
    }

    /// <summary>Makes a unit that lives as long as it has processes, and returns when it is active.</summary>
    internal void StartTransientUnit(string name, Action<UnitProperties> properties)
    {
        AwaitJob(_connection.Call(Path, Interface, "StartTransientUnit", "ssa(sv)a(sa(sv))", body =>
        {
            body.String(name);
            body.String("replace");
            var array = body.BeginArray(8);
            properties(new UnitProperties(body));
            body.EndArray(array);
            body.EndArray(body.BeginArray(8));   // no other units with it
        }), name);
    }

    /// <summary>Until the next restart of the machine.</summary>
    internal void SetUnitProperties(string name, Action<UnitProperties> properties)
        => _connection.Call(Path, Interface, "SetUnitProperties", "sba(sv)", body =>
        {
            body.String(name);
            body.Boolean(true);
            var array = body.BeginArray(8);
            properties(new UnitProperties(body));
            body.EndArray(array);
        });

    /// <summary>Idempotent: a scope whose processes have ended is gone by itself.</summary>
    internal void StopUnit(string name)
    {
        try
        {
            AwaitJob(_connection.Call(Path, Interface, "StopUnit", "ss", body =>
            {
                body.String(name);
                body.String("replace");
            }), name);
        }
        catch (FaultException e) when (e.Kind == FaultKind.NotFound)
        {
            return;
        }
        try
        {
            _connection.Call(Path, Interface, "ResetFailedUnit", "s", body => body.String(name));
        }
        catch (FaultException e) when (e.Kind == FaultKind.NotFound)
        {
            // It has not failed, so nothing of it is kept.
        }
    }

    /// <summary>Where its control group is, below the root of the hierarchy that systemd keeps.</summary>
    internal string ControlGroup(string name)
    {
        string unit = new DBusReader(_connection.Call(Path, Interface, "GetUnit", "s", body => body.String(name)).Body).String();
        DBusReader value = new(_connection.Call(unit, "org.freedesktop.DBus.Properties", "Get", "ss", body =>
        {
            body.String(name.EndsWith(".slice", StringComparison.Ordinal) ? "org.freedesktop.systemd1.Slice" : "org.freedesktop.systemd1.Scope");
            body.String("ControlGroup");
        }).Body);
        value.Signature();
        return value.String();
    }

    public void Dispose() => _connection.Dispose();

    private void AwaitJob(DBusMessage started, string unit)
    {
        string job = new DBusReader(started.Body).String();
        while (true)
        {
            DBusMessage signal = _connection.NextSignal();
            if (signal.Member != "JobRemoved") continue;
            DBusReader reader = new(signal.Body);
            reader.UInt32();
            if (reader.String() != job) continue;
            reader.String();
            string result = reader.String();
            if (result is "done" or "canceled") return;
            throw new FaultException(FaultKind.Internal, $"systemd could not do its job on unit '{unit}': {result}");
        }
    }
}
