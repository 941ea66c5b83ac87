namespace Sampan.Shim.Stdio;

/// <summary>Takes what a process writes: its log, a fifo or file of containerd's, or an attached client.</summary>
internal interface IOutputTarget
{
    /// <summary>Takes one chunk at once, whatever its own pace.</summary>
    /// <param name="frame">Docker's stream frame: 8 bytes of header (<see cref="StreamFrame"/>), then the process's bytes.</param>
    void Write(ReadOnlySpan<byte> frame);

    /// <summary>Holds so much already that the process should wait; <see cref="OutputStream.Resume"/> follows when it has let go of it.</summary>
    bool IsFull { get; }

    /// <summary>The stream is over.</summary>
    void End();
}
