// Process 1 of a container started with --init: starts the command, hands signals on, reaps whatever ends, and leaves with the command's exit code.
// Usage: docker-init [--] command [argument…]
using System.Runtime.InteropServices;
using Sampan.Init;

string[] command = args is ["--", .. var rest] ? rest : args;
if (command.Length == 0)
{
    Message.Write("docker-init: no command given");
    return 1;
}

// Registered before the command exists: no signal finds process 1 without a handler, where the kernel would drop it.
int child = 0;
var forwarding = new List<PosixSignalRegistration>();
foreach (int signal in Signals.Forwarded)
{
    forwarding.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        context.Cancel = true;
        if (Volatile.Read(ref child) is > 0 and var pid)
            Libc.kill(pid, signal);
    }));
}
int errno = Command.Start(command, out int started);
if (errno != 0)
{
    Message.Write($"docker-init: exec {command[0]} failed: {Marshal.GetPInvokeErrorMessage(errno)}");
    return errno == Libc.ENOENT ? 127 : 126;
}
Volatile.Write(ref child, started);
int exitCode = Reaper.WaitFor(started);
foreach (var registration in forwarding)
    registration.Dispose();
return exitCode;
