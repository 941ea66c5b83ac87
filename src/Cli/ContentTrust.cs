using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>Docker's signatures by Notary v1 are not checked: saying so is accepted, asking for them is not.</summary>
internal static class ContentTrust
{
    public static readonly Option<bool> Disable = new("disable-content-trust", '\0', "", true, Accept, "Do not verify signatures of images")
    {
        BareValue = "true", DefaultText = "true",
    };

    private static bool Accept(bool current, string text) => text is "true" or "1" ? true
        : throw new FormatException("verifying signatures of images is not supported yet");
}
