using System.Net;

namespace SarkPS;

/// <summary>What a caller of the service may do.</summary>
public static class ApiScopes
{
    /// <summary>Read tables.</summary>
    public const string Read = "read";

    /// <summary>Change tables.</summary>
    public const string Write = "write";

    /// <summary>Make and end calls.</summary>
    public const string Call = "call";

    /// <summary>Backups, snapshots, firewall, commands to the machine, a reload of Asterisk.</summary>
    public const string System = "system";

    /// <summary>Make, list and revoke tokens; none that may do more than the caller.</summary>
    public const string Tokens = "tokens";

    /// <summary>Every scope, with what it allows.</summary>
    public static IReadOnlyDictionary<string, string> Meanings { get; } = new Dictionary<string, string>
    {
        [Read] = "Read tables",
        [Write] = "Change tables",
        [Call] = "Make and end calls",
        [System] = "Backups, snapshots, firewall, commands to the machine",
        [Tokens] = "Make, list and revoke tokens",
    };

    /// <summary>Every scope.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Meanings.Keys];

    /// <summary>What is wrong with scopes, or null.</summary>
    public static string? Wrong(IEnumerable<string> scopes) =>
        scopes.FirstOrDefault(s => !All.Contains(s)) is { } scope
        ? $"there is no scope '{SarkText.Printable(scope)}', only {string.Join(", ", All)}"
        : null;
}

/// <summary>A token of a service, as the service knows it: the token itself is kept nowhere.</summary>
public record ApiToken
{
    /// <summary>As messages and cmdlets call one.</summary>
    public const string Noun = "ApiToken";

    /// <summary>The longest name, in characters.</summary>
    public const int LongestName = 64;

    /// <summary>Who it was given to; stands in the log and in the history of changes. No two have the same, whatever the case.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows: see <see cref="ApiScopes"/>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The addresses and networks that it may be used from, such as <c>10.1.0.0/16</c>; none for any.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Who made it: an account of the machine, or another token.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was used last, to the minute; null while it was not.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Where it was used from then.</summary>
    public string? LastUsedFrom { get; init; }

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? WrongName(string name) =>
        string.IsNullOrWhiteSpace(name) ? "it has no Name"
        : name.StartsWith('-') ? "its name begins with a dash"
        : name.Length > LongestName ? $"its name is longer than {LongestName} characters"
        : name.Any(char.IsControl) ? "its name holds a control character"
        : null;
}

/// <summary>A token that was just made.</summary>
public sealed record CreatedApiToken : ApiToken
{
    /// <summary>The token itself. It is told this once, and can be found out nowhere.</summary>
    public required string Token { get; init; }
}

/// <summary>What a new token is to be.</summary>
/// <param name="Name">Who it is for.</param>
public sealed record ApiTokenWish(string Name)
{
    /// <summary>What it allows.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [ApiScopes.Read];

    /// <summary>The addresses and networks that it may be used from; none for any.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>A time as it is kept: to the millisecond, and in UTC.</summary>
    public static DateTimeOffset Exact(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>Judges it.</summary>
    /// <param name="now">The time.</param>
    /// <returns>The same, with nothing in it twice.</returns>
    /// <exception cref="SarkValidationException">Something of it is not allowed.</exception>
    public ApiTokenWish Judged(DateTimeOffset now)
    {
        var errors = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        Add(nameof(Name), ApiToken.WrongName(Name) is { } name
            ? $"The token cannot be called '{SarkText.Printable(Name)}': {name}."
            : null);
        Add(nameof(Scopes), Scopes.Count == 0
            ? $"The token needs a scope: {string.Join(", ", ApiScopes.All)}."
            : ApiScopes.Wrong(Scopes) is { } scope ? $"The token cannot be made: {scope}." : null);
        Add(nameof(Networks), Networks.FirstOrDefault(n => ApiNetworks.Read(n) is null) is { } network
            ? $"'{SarkText.Printable(network)}' is neither an address nor a network, such as {ApiNetworks.Examples}."
            : null);
        Add(nameof(Expires), Expires <= now
            ? $"The token would have expired at {Expires:yyyy-MM-dd HH:mm zzz}; it must be later than now."
            : null);
        return errors.Count > 0
            ? throw new SarkValidationException(ApiToken.Noun, Name, errors)
            : this with
            {
                Scopes = [.. Scopes.Distinct()],
                Networks = [.. Networks.Distinct()],
                Expires = Expires is { } end ? Exact(end) : null
            };

        void Add(string field, string? error)
        {
            if (error is not null)
            {
                errors.Add(new(field.ToLowerInvariant(), [error]));
            }
        }
    }
}

/// <summary>Addresses and networks as settings and tokens name them.</summary>
public static class ApiNetworks
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Examples = "127.0.0.1 or 10.1.0.0/16";

    /// <summary>A network, or an address as the network of it alone; null for what is neither.</summary>
    public static IPNetwork? Read(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    /// <summary>Whether all of a network lies in another.</summary>
    public static bool Contains(IPNetwork outer, IPNetwork inner) =>
        inner.PrefixLength >= outer.PrefixLength && outer.Contains(inner.BaseAddress);
}
