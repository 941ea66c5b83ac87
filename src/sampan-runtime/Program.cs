using Sampan.Runtime.CommandLine;
using Sampan.Shim;

// The role is chosen here and wired by hand: the shim, or one command of the OCI runtime.
if (Path.GetFileName(Environment.GetCommandLineArgs()[0]) == ShimProgram.ContainerdName) return ShimProgram.RunForContainerd(args);
if (args is ["shim", .. var rest]) return ShimProgram.RunForEngine(rest);
return RuntimeProgram.Run(args);
