namespace Sampan.Distribution;

/// <summary>What a request needs a host for.</summary>
internal enum Access
{
    /// <summary>What a tag means.</summary>
    Resolve,

    /// <summary>Content of a known digest.</summary>
    Pull,
    Push,
}
