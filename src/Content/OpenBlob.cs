namespace Sampan.Content;

/// <summary>Where a blob comes from: opens its bytes from <paramref name="offset"/> to its end. The stream sees to lost connections itself; what it throws
/// ends the fetch.</summary>
public delegate Task<Stream> OpenBlob(long offset, CancellationToken ct);
