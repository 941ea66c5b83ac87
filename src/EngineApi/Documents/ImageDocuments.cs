using System.Text.Json;
using Sampan.Images;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Documents;

/// <summary>Images of the store as Docker's documents.</summary>
internal static class ImageDocuments
{
    /// <param name="others">The other platforms of its names that are here: their files count with it.</param>
    internal static ImageSummary Summary(Images.Image image, IReadOnlyList<Images.Image> others, IReadOnlyDictionary<Digest, long>? sharedSizes, int containers) => new()
    {
        Id = image.Id.ToString(),
        Containers = containers,
        Created = image.Config.CreatedAt?.ToUnixTimeSeconds() ?? 0,
        Labels = image.Config.Config?.Labels,
        ParentId = image.Parent?.ToString() ?? "",
        RepoTags = Names(image.Tags),
        RepoDigests = Names(image.RepoDigests),
        SharedSize = sharedSizes is null ? -1 : sharedSizes.GetValueOrDefault(image.Id),
        Size = others.Count == 0 ? image.Size : others.Prepend(image).SelectMany(platform => platform.Layers).DistinctBy(layer => layer.Chain).Sum(layer => layer.Size),
    };

    internal static ImageInspect Inspect(Images.Image image, StorageDriverData storage, bool withLegacyConfig)
    {
        var config = image.Config;
        return new ImageInspect
        {
            Id = image.Id.ToString(),
            RepoTags = Names(image.Tags),
            RepoDigests = Names(image.RepoDigests),
            Parent = image.Parent?.ToString() ?? "",
            Comment = config.Comment ?? config.History?.LastOrDefault()?.Comment ?? "",
            Created = config.Created,
            Container = config.Container ?? "",
            ContainerConfig = ContainerConfigOf(config.ContainerConfig),
            DockerVersion = config.DockerVersion ?? "",
            Author = config.Author ?? "",
            Config = ConfigOf(config.Config ?? new ExecutionConfig(), withLegacyConfig),
            Architecture = image.IsArtifact ? "" : config.Platform.Architecture,
            Variant = config.Variant,
            Os = image.IsArtifact ? "" : config.Platform.Os,
            OsVersion = config.OsVersion,
            Size = image.Size,
            GraphDriver = storage,
            RootFs = new ImageRootFs { Layers = [.. config.DiffIds.Select(id => id.ToString())] },
            Metadata = new ImageMetadata { LastTagTime = image.LastTagged ?? default },
        };
    }

    /// <summary>What the container was like that a legacy builder committed: only below API 1.45. Anything else than Docker's own document is not worth an error.</summary>
    private static ContainerConfig ContainerConfigOf(JsonElement? written)
    {
        try
        {
            return written?.Deserialize(DockerJson.Wire.ContainerConfig) ?? new ContainerConfig();
        }
        catch (JsonException)
        {
            return new ContainerConfig();
        }
    }

    internal static HistoryItem History(ImageHistoryLine line) => new()
    {
        Id = line.Id?.ToString() ?? "<missing>",
        Comment = line.Comment,
        Created = line.Created?.ToUnixTimeSeconds() ?? 0,
        CreatedBy = line.CreatedBy,
        Size = line.Size,
        Tags = line.Tags.Count == 0 ? null : Names(line.Tags),
    };

    private static IReadOnlyList<string> Names(IReadOnlyList<ImageReference> references) => [.. references.Select(reference => reference.FamiliarString)];

    private static ImageConfigDocument ConfigOf(ExecutionConfig config, bool withLegacy)
    {
        var document = new ImageConfigDocument
        {
            ArgsEscaped = config.ArgsEscaped ?? false,
            Cmd = config.Cmd,
            Entrypoint = config.Entrypoint,
            Env = config.Env,
            ExposedPorts = Set(config.ExposedPorts?.Keys),
            Healthcheck = HealthOf(config.Healthcheck),
            Labels = config.Labels,
            OnBuild = config.OnBuild,
            Shell = config.Shell,
            StopSignal = config.StopSignal,
            User = config.User ?? "",
            Volumes = Set(config.Volumes?.Keys),
            WorkingDir = config.WorkingDir ?? "",
        };
        return !withLegacy ? document : document with
        {
            AttachStderr = false,
            AttachStdin = false,
            AttachStdout = false,
            Domainname = "",
            Hostname = "",
            Image = "",
            OpenStdin = false,
            StdinOnce = false,
            Tty = false,
        };
    }

    private static Dictionary<string, Specs.Docker.EmptyObject>? Set(IEnumerable<string>? keys) =>
        keys?.ToDictionary(key => key, _ => default(Specs.Docker.EmptyObject));

    private static HealthConfig? HealthOf(HealthcheckConfig? check) => check is null ? null : new HealthConfig
    {
        Test = check.Test,
        Interval = check.Interval ?? 0,
        Timeout = check.Timeout ?? 0,
        StartPeriod = check.StartPeriod ?? 0,
        StartInterval = check.StartInterval ?? 0,
        Retries = check.Retries ?? 0,
    };
}
