using System.Globalization;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>--restart no, always, unless-stopped, on-failure[:most retries].</summary>
internal static class RestartSyntax
{
    /// <exception cref="FormatException">Not that syntax.</exception>
    public static RestartPolicy Parse(string text)
    {
        if (text.Length == 0) return new RestartPolicy();
        string[] parts = text.Split(':');
        if (parts[0].Length == 0) throw new FormatException("invalid restart policy format: no policy provided before colon");
        if (parts.Length > 2) throw new FormatException("invalid restart policy format: maximum retry count must be an integer");
        int retries = 0;
        if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out retries))
            throw new FormatException("invalid restart policy format: maximum retry count must be an integer");
        return new RestartPolicy { Name = parts[0], MaximumRetryCount = retries };
    }
}
