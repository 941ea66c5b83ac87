// The role is chosen here and wired by hand: `sampan daemon` serves, everything else is the command line.
using Sampan;
using Sampan.Cli;

if (args is ["daemon", .. var daemonArguments])
    return await Daemon.RunAsync(daemonArguments);
string program = Path.GetFileName(Environment.GetCommandLineArgs()[0]) == "docker" ? "docker" : "sampan";
return await Application.RunAsync(program, args, CancellationToken.None);
