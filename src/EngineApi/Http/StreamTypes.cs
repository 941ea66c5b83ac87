namespace Sampan.EngineApi.Http;

/// <summary>Content types of streams. Engine API, ContainerAttach § Stream format.</summary>
internal static class StreamTypes
{
    /// <summary>A terminal's bytes as they are; before API 1.42 also framed streams.</summary>
    internal const string RawStream = "application/vnd.docker.raw-stream";

    /// <summary>Frames of 8 bytes head (stream, 0, 0, 0, length big-endian) and content.</summary>
    internal const string MultiplexedStream = "application/vnd.docker.multiplexed-stream";

    internal const string Tar = "application/x-tar";

    /// <summary>What a stream of a process is called for this client.</summary>
    internal static string OfStream(bool tty, ApiVersion version) => tty || version.IsBelow(42) ? RawStream : MultiplexedStream;
}
