namespace Sampan.Runtime.CommandLine;

internal static class HelpCommand
{
    internal static int Run()
    {
        StandardOutput.Write("""
            sampan-runtime - an OCI container runtime, on the command line as runc

            usage: sampan-runtime [--root dir] [--log file] [--log-format text|json] [--debug] command [flags] [arguments]

              create [-b bundle] [--console-socket s] [--pid-file f] [--no-pivot] [--preserve-fds n] <id>
              start <id>
              run [-b bundle] [-d] [--keep] [flags of create] <id>
              exec [-t] [-d] [-e NAME=value] [-u uid[:gid]] [--cwd dir] [-p process.json] <id> <command> [args]
              kill [-a] <id> [signal]
              delete [-f] <id>
              state <id>
              list [-q] [-f table|json]
              ps [-f table|json] <id> [options of ps]
              pause <id>, resume <id>
              update [-r resources.json] [--memory n] [--cpu-quota n] [--pids-limit n] … <id>
              spec [-b bundle] [--rootless]
              features
              --version

            """);
        return 0;
    }
}
