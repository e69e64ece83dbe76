namespace SarkPS.Service.Auth;

/// <summary><c>SarkPS.Service token NAME [SCOPE...]</c>: makes a token, shows it once, and prints what to put into the configuration.</summary>
internal static class TokenCommand
{
    public const string Verb = "token";

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is not [var name, .. var scopes])
        {
            errors.WriteLine($"Usage: SarkPS.Service {Verb} NAME [SCOPE...]    scopes: {string.Join(", ", Tokens.Scopes)}; without one, read");
            return 2;
        }

        if (scopes.FirstOrDefault(s => !Tokens.Scopes.Contains(s)) is { } unknown)
        {
            errors.WriteLine($"There is no scope '{unknown}'; there are {string.Join(", ", Tokens.Scopes)}.");
            return 2;
        }

        var (token, hash) = Tokens.Make();
        var entry = new System.Text.Json.Nodes.JsonObject
        {
            ["Name"] = name,
            ["Sha256"] = hash,
            ["Scopes"] = new System.Text.Json.Nodes.JsonArray([.. (scopes.Length > 0 ? scopes : [Tokens.Read]).Select(s => (System.Text.Json.Nodes.JsonNode)s)]),
        };
        output.WriteLine($"Token, shown this once: {token}");
        output.WriteLine("Entry for Sark:Service:Tokens in appsettings.json:");
        output.WriteLine(entry.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }));
        return 0;
    }
}
