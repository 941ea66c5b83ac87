namespace Sampan.ShimClient.Ttrpc;

/// <summary>https://github.com/containerd/ttrpc/blob/v1.2.7/PROTOCOL.md § Message Header</summary>
internal enum FrameType : byte
{
    Request = 1,
    Response = 2,
    Data = 3,
}
