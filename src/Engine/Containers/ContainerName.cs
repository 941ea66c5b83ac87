using Sampan.Faults;

namespace Sampan.Engine.Containers;

/// <summary>The names people give containers, without the leading slash of the API's documents.</summary>
internal static class ContainerName
{
    /// <summary>Drops one leading slash and refuses what Docker refuses: [a-zA-Z0-9][a-zA-Z0-9_.-]+.</summary>
    public static string Validate(string name)
    {
        string bare = name.StartsWith('/') ? name[1..] : name;
        bool valid = bare.Length >= 2 && char.IsAsciiLetterOrDigit(bare[0])
            && bare.AsSpan(1).IndexOfAnyExcept(Allowed) < 0;
        return valid ? bare : throw new FaultException(FaultKind.InvalidArgument,
            $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    }

    /// <summary>A name nobody chose: an adjective and a boat; <paramref name="attempt"/> above 0 appends a digit.</summary>
    public static string Generate(Random random, int attempt)
    {
        string name = $"{Adjectives[random.Next(Adjectives.Length)]}_{Boats[random.Next(Boats.Length)]}";
        return attempt == 0 ? name : name + random.Next(10);
    }

    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private static readonly string[] Adjectives =
    [
        "amber", "able", "ancient", "autumn", "azure", "balmy", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "clear",
        "clever", "coastal", "copper", "coral", "cosy", "crisp", "dapper", "daring", "deep", "distant", "eager", "early", "eastern",
        "fair", "fleet", "floating", "foggy", "fresh", "gentle", "gilded", "glad", "golden", "grand", "green", "hardy", "hearty",
        "honest", "humble", "idle", "jade", "jolly", "keen", "kind", "lively", "lucky", "lunar", "mellow", "merry", "mighty", "misty",
        "modest", "nimble", "noble", "northern", "opal", "patient", "placid", "plucky", "polar", "proud", "quick", "quiet", "rapid",
        "ready", "rosy", "royal", "rugged", "salty", "serene", "sharp", "shiny", "silent", "silver", "sleek", "smooth", "solid",
        "southern", "spry", "steady", "stellar", "still", "stout", "sturdy", "sunny", "swift", "tidal", "tidy", "tranquil", "trim",
        "trusty", "upbeat", "valiant", "vivid", "warm", "western", "windy", "witty", "zesty",
    ];

    private static readonly string[] Boats =
    [
        "ark", "balangay", "banca", "barge", "bark", "barque", "brig", "caique", "canoe", "caravel", "carrack", "catboat", "clipper",
        "cog", "coracle", "corvette", "currach", "cutter", "dhow", "dinghy", "dory", "drifter", "dugout", "felucca", "ferry", "frigate",
        "galleon", "galley", "gig", "gondola", "gulet", "houseboat", "hoy", "hulk", "jangada", "jollyboat", "junk", "kayak", "keelboat",
        "ketch", "knarr", "launch", "lighter", "longship", "lugger", "mistico", "packet", "pilot", "pinnace", "pirogue", "polacre",
        "pram", "proa", "punt", "raft", "saic", "scow", "schooner", "shallop", "skiff", "skute", "sloop", "smack", "snow", "tanka",
        "tartane", "tender", "trawler", "trimaran", "trireme", "trow", "tug", "umiak", "vinta", "wherry", "whaler", "xebec", "yacht",
        "yawl", "yole", "zabra",
    ];
}
