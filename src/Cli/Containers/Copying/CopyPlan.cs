namespace Sampan.Cli.Containers.Copying;

/// <summary>Where a copy is unpacked, and the name its first element gets there; null keeps the source's. cp(1)'s rules, as docker cp has them.</summary>
internal sealed record CopyPlan(string Folder, string? Name)
{
    /// <param name="sourceIsDirectory">What is copied, links told apart by the caller.</param>
    /// <param name="destination">Absolute in the file system it is of.</param>
    /// <param name="exists">Null when nothing is there, else whether it is a directory.</param>
    /// <exception cref="CommandFailedException">A directory onto a file, or into a directory that is not there.</exception>
    public static CopyPlan Make(bool sourceIsDirectory, string destination, bool? exists)
    {
        if (exists == true) return new CopyPlan(destination, null);
        if (exists == false && sourceIsDirectory) throw new CommandFailedException(1, "cannot copy directory");
        if (exists is null && !sourceIsDirectory && CopyPath.AssertsDirectory(destination)) throw new CommandFailedException(1, "no such directory");
        var (folder, name) = CopyPath.Split(destination);
        return new CopyPlan(folder, name);
    }
}
