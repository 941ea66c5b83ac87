namespace Sampan.Engine.Attach;

/// <summary>What <c>docker attach</c> asks for.</summary>
public sealed record AttachOptions
{
    public bool Stdin { get; init; }
    public bool Stdout { get; init; }
    public bool Stderr { get; init; }
    /// <summary>Write first what is in the log already.</summary>
    public bool Logs { get; init; }
    /// <summary>Go on with what comes.</summary>
    public bool Stream { get; init; }
    /// <summary>Output comes as raw bytes, stdout's and stderr's as they come, not in frames.</summary>
    public bool Unframed { get; init; }
    /// <summary>"ctrl-p,ctrl-q"; null or empty: that default.</summary>
    public string? DetachKeys { get; init; }
}
