using System.Text;

namespace Sampan.Cli;

/// <summary>Results go to <see cref="Out"/>, progress and errors to <see cref="Error"/>: raw streams, nothing buffered between
/// what a container writes and what we write.</summary>
internal sealed class CommandOutput(Stream output, Stream error)
{
    public Stream Out => output;

    public Stream Error => error;

    public void WriteLine(string line) => Write(line + "\n");

    public void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));

    public void WriteErrorLine(string line) => error.Write(Encoding.UTF8.GetBytes(line + "\n"));
}
