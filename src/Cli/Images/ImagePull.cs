using Sampan.Cli.Progress;
using Sampan.EngineClient;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

/// <summary>Pulls one image and shows how it goes.</summary>
internal static class ImagePull
{
    /// <param name="columns">Columns of the terminal the progress goes to; null for plain lines.</param>
    public static async Task RunAsync(EngineApiClient engine, Surroundings surroundings, string image, string platform, Stream output, int? columns, CancellationToken ct)
    {
        var reference = Parse(image).WithDefaultTag();
        var auth = RegistryCredentials.For(reference, surroundings);
        string tag = reference.Digest is { } digest ? digest.ToString() : reference.Tag!;
        await new ProgressDisplay(output, columns).ShowAsync(engine.Images.PullAsync(reference.FamiliarName, tag, platform, auth, ct), ct);
    }

    /// <exception cref="FaultException">InvalidArgument: not a reference.</exception>
    public static ImageReference Parse(string image)
    {
        try
        {
            return ImageReference.Parse(image);
        }
        catch (FormatException)
        {
            throw new FaultException(FaultKind.InvalidArgument, image.Any(char.IsAsciiLetterUpper)
                ? "invalid reference format: repository name (" + image.Split('@', ':')[0] + ") must be lowercase" : "invalid reference format");
        }
    }
}
