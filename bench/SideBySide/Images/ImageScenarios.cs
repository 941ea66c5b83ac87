namespace Sampan.Bench.SideBySide.Images;

/// <summary>What is measured of images: the anchors and targets of SPECIFICATION.md, on an image of 600 MB in six layers.</summary>
public static class ImageScenarios
{
    private const string Gzip = "gzip -dc | tar x", Pigz = "unpigz -dc | tar x";

    public static IEnumerable<Scenario> All(ImageWorkspace w)
    {
        yield return new("pull and unpack", [
            new("sampan", Shell($"{w.Sampan} pull -q {w.Reference}")) { Before = () => w.Sh($"{RemoveSampan(w)}; sync") },
            new("docker.io", Shell($"{w.Docker} pull -q {w.Reference}")) { Before = () => w.Sh($"{RemoveDocker(w)}; sync") },
            new("podman", Shell($"{w.Podman} pull -q --tls-verify=false {w.Reference}")) { Before = () => w.Sh($"{RemovePodman(w)}; sync") },
            new("ctr", Shell($"{w.Ctr} images pull --plain-http {w.Reference}")) { Before = () => w.Sh($"{RemoveCtr(w)}; sync") },
            Floor(w, Gzip, "gzip"), Floor(w, Pigz, "unpigz")]) { Target = 0.55, Floors = new Dictionary<string, double?> { [Gzip] = 1.1, [Pigz] = null } };
        yield return new("pull, nothing new", [
            new("sampan", Shell($"{w.Sampan} pull -q {w.Reference}")),
            new("docker.io", Shell($"{w.Docker} pull -q {w.Reference}"))]) { Target = 1, Against = "docker.io" };
        yield return new("first run from a new image, --network none", [
            new("sampan", Shell($"{w.Sampan} run --rm --network none {w.Reference} true")) { Before = () => w.Sh($"{RemoveSampan(w)}; {PullSampan(w)}; sync") },
            new("docker.io", Shell($"{w.Docker} run --rm --network none {w.Reference} true")) { Before = () => w.Sh($"{RemoveDocker(w)}; {PullDocker(w)}; sync") }]) { Target = 0.45 };
        yield return new("save", [
            new("sampan", Shell($"{w.Sampan} save -o {w.Folder}/sampan.tar {w.Reference}")) { Before = () => w.Sh($"rm -f sampan.tar; {PullSampan(w)}; sync") },
            new("docker.io", Shell($"{w.Docker} save -o {w.Folder}/docker.tar {w.Reference}")) { Before = () => w.Sh($"rm -f docker.tar; {PullDocker(w)}; sync") },
            new("podman", Shell($"{w.Podman} save -q -o {w.Folder}/podman.tar {w.Reference}")) { Before = () => w.Sh($"rm -f podman.tar; {PullPodman(w)}; sync") }]) { Target = 0.35, Against = "podman" };
        yield return new("rmi", [
            new("sampan", Shell($"{w.Sampan} rmi {w.Reference}")) { Before = () => w.Sh($"{PullSampan(w)}; sync") },
            new("docker.io", Shell($"{w.Docker} rmi {w.Reference}")) { Before = () => w.Sh($"{PullDocker(w)}; sync") }]) { Target = 1, Against = "docker.io" };
        yield return new("load, each what it saved", [
            new("sampan", Shell($"{w.Sampan} load -q -i {w.Folder}/sampan.tar")) { Before = () => w.Sh($"[ -e sampan.tar ] || {{ {PullSampan(w)}; {w.Sampan} save -o sampan.tar {w.Reference}; }}; {RemoveSampan(w)}; sync") },
            new("docker.io", Shell($"{w.Docker} load -q -i {w.Folder}/docker.tar")) { Before = () => w.Sh($"[ -e docker.tar ] || {{ {PullDocker(w)}; {w.Docker} save -o docker.tar {w.Reference}; }}; {RemoveDocker(w)}; sync") },
            new("podman", Shell($"{w.Podman} load -q -i {w.Folder}/podman.tar")) { Before = () => w.Sh($"{SavePodman(w)}; {RemovePodman(w)}; sync") }]) { Target = 0.6, Against = "podman" };
        yield return new("load of what podman saved", [
            new("sampan", Shell($"{w.Sampan} load -q -i {w.Folder}/podman.tar")) { Before = () => w.Sh($"{SavePodman(w)}; {RemoveSampan(w)}; sync") },
            new("podman", Shell($"{w.Podman} load -q -i {w.Folder}/podman.tar")) { Before = () => w.Sh($"{SavePodman(w)}; {RemovePodman(w)}; sync") }]) { Target = 0.6, Against = "podman" };
        yield return new("push to an empty registry", [
            new("sampan", Shell($"{w.Sampan} push -q {w.PushReference}")) { Before = () =>
            {
                w.Sh($"{PullSampan(w)}; {w.Sampan} tag {w.Reference} {w.PushReference}");
                w.Forget(w.PushReference);
            } },
            new("skopeo", Shell($"skopeo copy -q --dest-tls-verify=false oci:{w.Layout}:latest docker://{w.SkopeoReference}")) { Before = () => w.Forget(w.SkopeoReference) }]) { Target = 1, Against = "skopeo" };
    }

    private static string[] Shell(string script) => ["sh", "-ec", script];

    private static Contender Floor(ImageWorkspace w, string name, string program) =>
        new(name, Shell(string.Join('\n', w.Blobs.Select((blob, i) => $"mkdir -p {w.Folder}/floor/{i}; {program} -dc < {blob} | tar -C {w.Folder}/floor/{i} -xf -"))))
        {
            Before = () => w.Sh("rm -rf floor; sync"),
        };

    private static string PullSampan(ImageWorkspace w) => $"{w.Sampan} pull -q {w.Reference}";
    private static string PullDocker(ImageWorkspace w) => $"{w.Docker} pull -q {w.Reference}";
    private static string PullPodman(ImageWorkspace w) => $"{{ {w.Podman} image exists {w.Reference} || {w.Podman} pull -q --tls-verify=false {w.Reference}; }}";
    private static string SavePodman(ImageWorkspace w) => $"[ -e podman.tar ] || {{ {PullPodman(w)}; {w.Podman} save -q -o podman.tar {w.Reference}; }}";
    private static string RemoveSampan(ImageWorkspace w) => $"{w.Sampan} images -q | sort -u | xargs -r {w.Sampan} rmi -f";
    private static string RemoveDocker(ImageWorkspace w) => $"{w.Docker} images -q | sort -u | xargs -r {w.Docker} rmi -f";
    private static string RemovePodman(ImageWorkspace w) => $"{w.Podman} rmi -a -f";
    private static string RemoveCtr(ImageWorkspace w) => $"{w.Ctr} images ls -q | xargs -r {w.Ctr} images rm --sync";
}
