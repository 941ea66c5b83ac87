using System.Globalization;
using Sampan.EngineApi.Http;
using Sampan.Faults;

namespace Sampan.EngineApi.Routes;

/// <summary>The parameters h and w of the two resize operations, in characters.</summary>
internal static class TerminalSize
{
    internal static int Height(ApiRequest request) => Read(request, "h", "height");

    internal static int Width(ApiRequest request) => Read(request, "w", "width");

    private static int Read(ApiRequest request, string key, string what)
    {
        string text = request.Text(key);
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort size)) return size;
        bool isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) && !text.StartsWith('+');
        throw new FaultException(FaultKind.InvalidArgument, $"invalid resize {what} \"{text}\": {(isNumber ? "value out of range" : "invalid syntax")}");
    }
}
