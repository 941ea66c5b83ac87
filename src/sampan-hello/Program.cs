// What a container sees of itself, on one page: run by `sampan run sampan/hello`.
using Sampan.Hello;

var page = new Page(Console.OpenStandardOutput());
page.Title("Hello from a container made by Sampan.");
page.Row("process", Processes.Describe());
page.Row("namespaces", Namespaces.Describe());
page.Row("host name", Environment.MachineName);
page.Row("user", Users.Describe());
page.Row("capabilities", Capabilities.Describe());
page.Row("seccomp", Seccomp.Describe());
page.Row("memory", Limits.Memory());
page.Row("cpu", Limits.Cpu());
page.Row("tasks", Limits.Pids());
page.Row("root", Mounts.Root());
page.Row("mounts", Mounts.Summary());
page.Row("network", Networks.Describe());
page.Row("kernel", Kernel.Describe());
page.Text("Next: sampan run --rm -it debian bash, or the same with docker and DOCKER_HOST=unix:///run/sampan/sampan.sock");
return 0;
