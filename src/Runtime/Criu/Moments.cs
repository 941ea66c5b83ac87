using Microsoft.Win32.SafeHandles;

namespace Sampan.Runtime.Criu;

/// <summary>Answers criu's notifications until it is done. criu-scripts: the moments' names</summary>
internal static class Moments
{
    /// <param name="at">Hears each moment, with the descriptor that came along, which it keeps or disposes.</param>
    /// <exception cref="Faults.FaultException">Internal: criu failed; and what <paramref name="at"/> throws, which criu hears as its own end.</exception>
    internal static CriuResponse Follow(CriuService service, CriuRequest request, Action<CriuResponse, SafeFileHandle?> at)
    {
        service.Send(request.Encode());
        while (true)
        {
            CriuResponse response = service.Receive(out SafeFileHandle? descriptor);
            if (response.Type == request.Type)
            {
                descriptor?.Dispose();
                return response;
            }
            at(response, descriptor);
            service.Send(CriuRequest.Acknowledgement());
        }
    }
}
