using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Gives free loopback ports below the range that the system gives to outgoing connections (32768 and up on Linux):
/// a port is chosen seconds before its process listens on it, and must not be taken by a connection meanwhile.
/// </summary>
internal sealed class PortAllocator
{
    private const int First = 17000;
    private const int Count = 15000;
    private readonly HashSet<int> _given = [];
    private int _next = Environment.ProcessId * 61 % Count; // Hosts that run side by side look in different places.

    public int Next()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + _next;
            _next = (_next + 1) % Count;
            if (_given.Add(port) && IsFree(port))
                return port;
        }

        throw new DistributedApplicationException($"No free TCP port from {First} to {First + Count - 1} on loopback.");
    }

    public static bool IsFree(int port)
    {
        foreach (var address in Socket.OSSupportsIPv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback])
        {
            try
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                return false;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable && address.Equals(IPAddress.IPv6Loopback))
            {
                continue; // IPv6 is compiled in but switched off.
            }
        }

        return true;
    }
}
