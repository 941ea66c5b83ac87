namespace Sampan.Hello;

internal static class Users
{
    public static string Describe()
    {
        string uid = First(ProcFile.Status("Uid")), gid = First(ProcFile.Status("Gid"));
        string groups = ProcFile.Status("Groups") is { Length: > 0 } others ? $", groups {others}" : "";
        // "         0          0 4294967295" is the whole range as it is: no user namespace of our own. user_namespaces(7)
        string[] map = (ProcFile.Read("/proc/self/uid_map") ?? "").Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string mapped = map is [var inside, var outside, var count] && !(inside == "0" && outside == "0" && count == "4294967295")
            ? $"; uid {inside} here is {outside} outside" : "; the same numbers outside";
        return $"uid {uid}, gid {gid}{groups}{mapped}";
    }

    private static string First(string? values) => values?.Split('\t')[0] ?? "?";
}
