using System.Buffers.Binary;
using System.Net;
using Sampan.Faults;

namespace Sampan.Networks;

/// <summary>IPv4 addresses of one subnet; the lowest free one goes first. Not thread-safe.</summary>
internal sealed class AddressPool
{
    private readonly IPNetwork _subnet;
    private readonly uint _first, _last;   // of the range that is given out
    private readonly HashSet<uint> _taken = [];

    /// <param name="pool">The gateway, the network's own and the broadcast address are never given out.</param>
    public AddressPool(IpamPool pool)
    {
        _subnet = pool.Subnet;
        IPNetwork range = pool.IPRange ?? pool.Subnet;
        (_first, _last) = Bounds(range);
        (uint network, uint broadcast) = Bounds(pool.Subnet);
        _taken.Add(ToNumber(pool.Gateway));
        if (pool.Subnet.PrefixLength >= 31) return;   // point to point: both are hosts (RFC 3021)
        _taken.Add(network);
        _taken.Add(broadcast);
    }

    /// <exception cref="FaultException">Unavailable when all are taken, docker's text.</exception>
    public IPAddress Take()
    {
        for (uint address = _first; ; address++)
        {
            if (_taken.Add(address)) return ToAddress(address);
            if (address == _last) throw new FaultException(FaultKind.Unavailable, "no available IPv4 addresses on this network's address pools");
        }
    }

    /// <exception cref="FaultException">InvalidArgument outside of the subnet; Conflict when it is taken.</exception>
    public void Take(IPAddress address)
    {
        if (!_subnet.Contains(address)) throw new FaultException(FaultKind.InvalidArgument, $"invalid address {address}: it is not in subnet {_subnet}");
        if (!_taken.Add(ToNumber(address))) throw new FaultException(FaultKind.Conflict, "Address already in use");
    }

    /// <summary>Nothing happens when it is free already.</summary>
    public void Return(IPAddress address) => _taken.Remove(ToNumber(address));

    private static (uint First, uint Last) Bounds(IPNetwork network)
    {
        uint first = ToNumber(network.BaseAddress);
        return (first, first | (uint)(0xffffffffUL >> network.PrefixLength));
    }

    private static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
