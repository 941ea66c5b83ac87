using Sampan.Cli.Containers.Creation;
using Sampan.Cli.Grammar;
using Sampan.Cli.Streams;
using Sampan.EngineClient;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers;

internal static class ExecCommand
{
    private static readonly Option<bool> Detach = Options.Switch("detach", 'd', "Leave it in the background");
    private static readonly Option<IReadOnlyList<string>> Env = Options.List("env", 'e', "Set an environment variable: NAME=value, or NAME to pass ours on", KeyValueFile.CheckVariable);
    private static readonly Option<IReadOnlyList<string>> EnvFile = Options.List("env-file", '\0', "Read environment variables from a file, one a line");
    private static readonly Option<bool> Interactive = Options.Switch("interactive", 'i', "Keep stdin open");
    private static readonly Option<bool> Privileged = Options.Switch("privileged", '\0', "All capabilities, no confinement");
    private static readonly Option<bool> Tty = Options.Switch("tty", 't', "Give it a terminal");
    private static readonly Option<string> User = Options.Text("user", 'u', "User to run as: name or uid, and :group or :gid if wanted");
    private static readonly Option<string> Workdir = Options.Text("workdir", 'w', "Working directory inside the container");

    public static Command Define() => new()
    {
        Name = "exec",
        Aliases = ["container exec", "exec"],
        Synopsis = "[OPTIONS] CONTAINER COMMAND [ARG...]",
        Summary = "Run a command in a running container",
        Options = [Detach, Env, EnvFile, Interactive, Privileged, Tty, User, Workdir, SessionOptions.DetachKeysOption],
        Interspersed = false,
        Arguments = ArgumentCount.AtLeast(2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool detach = invocation.Get(Detach), tty = invocation.Get(Tty), stdin = invocation.Get(Interactive) && !detach;
        string container = invocation.Arguments[0];
        var surroundings = invocation.Surroundings;
        var keys = SessionOptions.Keys(invocation);
        var engine = await invocation.ConnectAsync(ct);
        if (stdin && tty && surroundings.InputTerminal is null)
        {
            // A container that is not there is the greater mistake, so it is asked for first.
            await engine.Containers.InspectAsync(container, ct);
            SessionOptions.RequireTerminal(invocation, stdin, tty);
        }
        var size = tty ? surroundings.OutputTerminal?.Size : null;
        IReadOnlyList<uint>? console = size is { } known ? [known.Rows, known.Columns] : null;
        string exec = await engine.Execs.CreateAsync(container, new ExecCreateRequest
        {
            User = invocation.Get(User),
            Privileged = invocation.Get(Privileged),
            Tty = tty,
            ConsoleSize = console,
            AttachStdin = stdin,
            AttachStdout = !detach,
            AttachStderr = !detach,
            Detach = detach,
            DetachKeys = invocation.Get(SessionOptions.DetachKeysOption),
            Env = ReadEnvironment(invocation),
            WorkingDir = invocation.Get(Workdir),
            Cmd = [.. invocation.Arguments.Skip(1)],
        }, ct);
        var start = new ExecStartRequest { Tty = tty, ConsoleSize = console };
        if (detach)
        {
            await engine.Execs.StartDetachedAsync(exec, start, ct);
            return 0;
        }
        return await RunAttachedAsync(engine, surroundings, exec, start, stdin, keys, ct);
    }

    private static async Task<int> RunAttachedAsync(EngineApiClient engine, Surroundings surroundings, string exec, ExecStartRequest start, bool stdin,
        DetachKeys keys, CancellationToken ct)
    {
        await using var connection = await engine.Execs.StartAsync(exec, start, ct);
        using var monitor = start.Tty && surroundings.OutputTerminal is { } terminal
            ? new WindowSizeMonitor(terminal, (rows, columns) => engine.Execs.ResizeAsync(exec, rows, columns, ct)) : null;
        var session = new StdioSession
        {
            Connection = connection,
            Input = stdin ? surroundings.Input : null,
            Output = surroundings.Output.Out,
            Error = start.Tty ? surroundings.Output.Out : surroundings.Output.Error,
            Tty = start.Tty,
            Terminal = surroundings.InputTerminal,
            DetachKeys = keys,
        }.RunAsync(ct);
        if (monitor is not null) _ = monitor.StartAsync();
        if (await session == StdioEnd.Detached) throw new CommandFailedException(1, "exec escape sequence");
        return (await engine.Execs.InspectAsync(exec, ct)).ExitCode ?? 0;
    }

    private static List<string> ReadEnvironment(Invocation invocation)
    {
        try
        {
            return KeyValueFile.Environment(invocation.Get(EnvFile), invocation.Get(Env), invocation.Surroundings.Variable, "--env-file");
        }
        catch (FormatException wrong)
        {
            throw new CommandFailedException(1, wrong.Message);
        }
    }
}
