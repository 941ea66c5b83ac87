using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Who answers the notifications of a container's seccomp filter, reached by linux.seccomp.listenerPath.
/// config-linux.md § The Container Process State.</summary>
internal static class SeccompAgent
{
    /// <summary>One connection, one message with the descriptor, closed.</summary>
    /// <param name="pid">Of the process that has the filter.</param>
    /// <exception cref="FaultException">Unavailable: nobody listens there, or it hung up.</exception>
    internal static void Send(SafeFileHandle listener, int pid, LinuxSpec? linux, ContainerState state)
    {
        Seccomp profile = SeccompFilters.Profile(linux)!;
        string path = profile.ListenerPath!;
        try
        {
            using SafeFileHandle socket = StreamSocket.Connect(path, blocking: true);
            if (!UnixMessage.TrySend(socket, ProcessState(pid, profile.ListenerMetadata, state), listener))
                throw LinuxException.FromLastError("sendmsg", $"cannot write to '{path}'");
        }
        catch (LinuxException e)
        {
            throw new FaultException(FaultKind.Unavailable, $"failed to connect with seccomp agent specified in the seccomp profile: {e.Message}", e);
        }
    }

    private static ReadOnlySpan<byte> ProcessState(int pid, string? metadata, ContainerState state)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        json.WriteString("ociVersion"u8, state.OciVersion);
        json.WriteStartArray("fds"u8);
        json.WriteStringValue("seccompFd"u8);
        json.WriteEndArray();
        json.WriteNumber("pid"u8, pid);
        if (!string.IsNullOrEmpty(metadata)) json.WriteString("metadata"u8, metadata);
        json.WritePropertyName("state"u8);
        ContainerStateJson.Write(json, state);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }
}
