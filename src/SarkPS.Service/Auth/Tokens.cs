using System.Security.Cryptography;
using System.Text;

namespace SarkPS.Service.Auth;

/// <summary>Makes and recognizes tokens.</summary>
internal sealed class Tokens
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Call = "call";
    public const string System = "system";

    /// <summary>Every scope there is.</summary>
    public static readonly IReadOnlyList<string> Scopes = [Read, Write, Call, System];

    private const int LongestName = 64;

    private const string Prefix = "sark_";

    private readonly List<(byte[] Hash, TokenOptions Token)> known = [];

    /// <summary>Reads the tokens of the configuration.</summary>
    /// <exception cref="SarkException">One of them makes no sense.</exception>
    public Tokens(ServiceOptions options)
    {
        foreach (var token in options.Tokens)
        {
            if (WrongName(token.Name) is { } wrong)
            {
                throw Wrong(token, wrong);
            }

            if (known.Any(k => k.Token.Name.Equals(token.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw Wrong(token, "there are two of this name");
            }

            byte[] hash;
            try
            {
                hash = Convert.FromHexString(token.Sha256);
            }
            catch (FormatException)
            {
                hash = [];
            }

            if (hash.Length != SHA256.HashSizeInBytes)
            {
                throw Wrong(token, $"Sha256 must be {SHA256.HashSizeInBytes * 2} hexadecimal digits");
            }

            // An entry without scopes reads. It has a list of its own: the binder adds to what a list already holds.
            token.Scopes = token.Scopes.Count > 0 ? token.Scopes : [Read];
            if (WrongScope(token.Scopes) is { } scope)
            {
                throw Wrong(token, scope);
            }

            known.Add((hash, token));
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => known.Count;

    /// <summary>Their names and scopes, for the log.</summary>
    public IEnumerable<TokenOptions> All => known.Select(k => k.Token);

    /// <summary>What is wrong with a token's name, or null.</summary>
    public static string? WrongName(string name) =>
        string.IsNullOrWhiteSpace(name) ? "it has no Name"
        : name.StartsWith('-') ? "its name begins with a dash"
        : name.Length > LongestName ? $"its name is longer than {LongestName} characters"
        : name.Any(char.IsControl) ? "its name holds a control character"
        : null;

    /// <summary>What is wrong with scopes, or null.</summary>
    public static string? WrongScope(IEnumerable<string> scopes) =>
        scopes.FirstOrDefault(s => !Scopes.Contains(s)) is { } scope
        ? $"there is no scope '{SarkText.Printable(scope)}', only {string.Join(", ", Scopes)}"
        : null;

    /// <summary>A new token and its hash. The token is shown once and stored nowhere.</summary>
    public static (string Token, string Sha256) Make()
    {
        var token = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (token, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))));
    }

    /// <summary>The token that a caller sent, or null when it is unknown or expired.</summary>
    public TokenOptions? Find(string sent, DateTimeOffset now)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(sent));
        TokenOptions? found = null;
        foreach (var (wanted, token) in known)
        {
            // All are compared, each in constant time: how long it takes tells nothing.
            if (CryptographicOperations.FixedTimeEquals(hash, wanted))
            {
                found = token;
            }
        }

        return found is { Expires: { } end } && end <= now ? null : found;
    }

    private static SarkException Wrong(TokenOptions token, string why) =>
        new(SarkErrorKind.BadRequest, "Configuration", token.Name, $"The token '{token.Name}' in Sark:Service:Tokens is wrong: {why}.");
}
