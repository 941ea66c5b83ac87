namespace Sampan.Images;

/// <summary>One step of a pull, push or load, in dockerd's words ("Downloading", "Pull complete"). Receivers are called one at a time, from any
/// thread, and must not block for long.</summary>
/// <param name="Status">What happens.</param>
/// <param name="Id">The layer (12 hex digits) or tag it happens to; null for the whole.</param>
/// <param name="Detail">Null for a plain status line; <see cref="ProgressDetail.None"/> for a step of a layer without numbers.</param>
public sealed record PullProgress(string Status, string? Id = null, ProgressDetail? Detail = null)
{
    /// <summary>The line dockerd writes for it, with its CR LF.</summary>
    public byte[] ToJsonLine() => ProgressLine.Format(this);
}

/// <summary>How far a step is, in bytes. A total of 0 is an unknown one.</summary>
public readonly record struct ProgressDetail(long Current, long Total)
{
    public static ProgressDetail None => default;

    /// <summary>The bar an older client prints as it is: "[====>   ]  32.34kB/2.595MB". Empty without numbers.</summary>
    public string Bar => ProgressLine.Bar(Current, Total);
}
