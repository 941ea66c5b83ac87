using Sampan.Shim.Logs;

namespace Sampan.Shim.Stdio;

/// <summary>One stream's way into the container's log. A log on disk always has room.</summary>
internal sealed class LogTarget(JsonFileLog log, bool stderr) : IOutputTarget
{
    private readonly LineSplitter _lines = new(log, stderr);

    public bool IsFull => false;

    public void Write(ReadOnlySpan<byte> frame) => _lines.Write(frame[StreamFrame.HeaderSize..]);

    public void End() => _lines.End();
}
