namespace Sampan.Engine;

/// <summary>The order in which mounts are made.</summary>
internal static class MountOrder
{
    /// <summary>Parents first: a mount on /a would hide an earlier one on /a/b.</summary>
    public static IEnumerable<T> ParentsFirst<T>(IEnumerable<T> mounts, Func<T, string> destination) =>
        mounts.OrderBy(mount => destination(mount).Count(c => c == '/')).ThenBy(destination, StringComparer.Ordinal);
}
