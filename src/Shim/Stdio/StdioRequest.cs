namespace Sampan.Shim.Stdio;

/// <summary>What Create or Exec asked for: URIs as in the request, empty for /dev/null.</summary>
internal sealed record StdioRequest(bool Terminal, string Stdin, string Stdout, string Stderr, bool IsExec);
