using Sampan.Faults;

namespace Sampan.EngineApi.Routes;

/// <summary>What a registry refuses is no refusal of ours: dockerd answers 500 to all of it but what is not there.</summary>
internal static class RegistryFault
{
    /// <exception cref="FaultException">Internal in the place of PermissionDenied and Unavailable.</exception>
    internal static async Task<T> ToldAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (FaultException e) when (e.Kind is FaultKind.PermissionDenied or FaultKind.Unavailable)
        {
            throw new FaultException(FaultKind.Internal, e.Message, e);
        }
    }
}
