using System.Security.Cryptography;

namespace SarkPS.Service.Auth;

/// <summary>Recognizes the tokens of the configuration.</summary>
internal sealed class Tokens
{
    private readonly List<(byte[] Hash, TokenOptions Token)> known = [];

    /// <summary>Reads the tokens of the configuration.</summary>
    /// <exception cref="SarkException">One of them makes no sense.</exception>
    public Tokens(ServiceOptions options)
    {
        foreach (var token in options.Tokens)
        {
            if (ApiToken.WrongName(token.Name) is { } wrong)
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
            token.Scopes = token.Scopes.Count > 0 ? token.Scopes : [ApiScopes.Read];
            if (ApiScopes.Wrong(token.Scopes) is { } scope)
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

    /// <summary>The token that a caller sent, by its hash, or null when it is unknown or expired.</summary>
    public TokenOptions? Find(byte[] hash, DateTimeOffset now)
    {
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
