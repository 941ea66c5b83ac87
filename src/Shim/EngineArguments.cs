using System.Globalization;
using System.Net;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;

namespace Sampan.Shim;

/// <summary><c>--engine --id ID --bundle DIR [--attach-fd N] [--listener N=IP:PORT/PROTO]…</c>; descriptor 3 is the Task API's socket.</summary>
internal static class EngineArguments
{
    private const int TaskSocket = 3;

    /// <exception cref="FaultException">InvalidArgument.</exception>
    public static ShimOptions Parse(IReadOnlyList<string> arguments)
    {
        string id = "", bundle = "";
        SafeFileHandle? attach = null;
        List<PortListener> listeners = [];
        bool engine = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--engine": engine = true; break;
                case "--id": id = Value(arguments, ref i); break;
                case "--bundle": bundle = Value(arguments, ref i); break;
                case "--attach-fd": attach = Descriptor(Value(arguments, ref i)); break;
                case "--listener": listeners.Add(Listener(Value(arguments, ref i))); break;
                default: throw Usage($"unknown argument '{arguments[i]}'");
            }
        }
        if (!engine || id.Length == 0 || !bundle.StartsWith('/')) throw Usage("--engine, --id and an absolute --bundle are needed");
        return new ShimOptions { Id = id, Bundle = bundle, TaskSocket = Descriptor("3"), AttachSocket = attach, Listeners = listeners };
    }

    // 5=172.17.0.2:80/tcp, 6=[fd00::2]:53/udp
    private static PortListener Listener(string text)
    {
        int equals = text.IndexOf('='), slash = text.LastIndexOf('/');
        if (equals < 0 || slash < equals || text[(slash + 1)..] is not ("tcp" or "udp") || !IPEndPoint.TryParse(text.AsSpan(equals + 1, slash - equals - 1), out var target))
            throw Usage($"'{text}' is not DESCRIPTOR=ADDRESS:PORT/tcp or /udp");
        return new PortListener(Descriptor(text[..equals]), target, text[(slash + 1)..]);
    }

    private static SafeFileHandle Descriptor(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= TaskSocket
            ? new SafeFileHandle(number, ownsHandle: true)
            : throw Usage($"'{text}' is not a descriptor from {TaskSocket} on");

    private static string Value(IReadOnlyList<string> arguments, ref int i) =>
        ++i < arguments.Count ? arguments[i] : throw Usage($"{arguments[i - 1]} needs a value");

    private static FaultException Usage(string why) => new(FaultKind.InvalidArgument,
        $"invalid shim command line: {why}; usage: sampan-runtime shim --engine --id ID --bundle DIR [--attach-fd N] [--listener N=ADDRESS:PORT/tcp]");
}
