using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Runtime.Processes;

/// <summary>What a process finds in its environment: each variable once, with the last value that the spec gives, and always HOME.</summary>
internal static class ProcessEnvironment
{
    /// <exception cref="FaultException">InvalidArgument: something that is no variable.</exception>
    internal static IReadOnlyList<string> Make(IReadOnlyList<string>? given, uint uid, RootDirectory root)
    {
        List<string> variables = new((given?.Count ?? 0) + 1);
        Dictionary<string, int> places = [];
        foreach (string variable in given ?? [])
        {
            int equals = variable.IndexOf('=');
            if (equals < 0) throw new FaultException(FaultKind.InvalidArgument, $"invalid environment variable: missing '=' in \"{variable}\"");
            if (equals == 0) throw new FaultException(FaultKind.InvalidArgument, $"invalid environment variable: name cannot be empty in \"{variable}\"");
            string name = variable[..equals];
            if (places.TryGetValue(name, out int place)) variables[place] = variable;
            else
            {
                places[name] = variables.Count;
                variables.Add(variable);
            }
        }
        if (!places.TryGetValue("HOME", out int home)) variables.Add($"HOME={HomeDirectory.Find(uid, root)}");
        else if (variables[home].Length == "HOME=".Length) variables[home] = $"HOME={HomeDirectory.Find(uid, root)}";
        return variables;
    }
}
