using System.Text.Json;
using System.Text.Json.Nodes;

namespace SarkPS.Service.Auth;

/// <summary>
/// <c>SarkPS.Service token NAME [SCOPE...]</c>: makes a token, shows it once, and prints what to put into the
/// configuration.
/// </summary>
internal static class TokenCommand
{
    public const string Verb = "token";

    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string Usage => $"""
        Usage: SarkPS.Service {Verb} NAME [SCOPE...]

        Makes a token, shows it once, and prints the entry with its hash for the configuration.

          NAME    who it is for; appears in the log
          SCOPE   {string.Join(", ", Tokens.Scopes)}; without one, {Tokens.Read}
        """;

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments.Any(CommandLine.IsHelp) || arguments is ["help", ..])
        {
            output.WriteLine(Usage);
            return 0;
        }

        if (arguments is not [var name, .. var scopes])
        {
            errors.WriteLine(Usage);
            return 2;
        }

        if (Tokens.WrongName(name) is { } wrong)
        {
            errors.WriteLine($"'{SarkText.Printable(name)}' cannot be a token's name: {wrong}.");
            return 2;
        }

        if (Tokens.WrongScope(scopes) is { } unknown)
        {
            errors.WriteLine($"'{SarkText.Printable(name)}' cannot be a token: {unknown}.");
            return 2;
        }

        var (token, hash) = Tokens.Make();
        var entry = new JsonObject
        {
            ["Name"] = name,
            ["Sha256"] = hash,
            ["Scopes"] = Texts(scopes),
        };
        output.WriteLine($"Token, shown this once: {token}");
        output.WriteLine("Entry for Sark:Service:Tokens in appsettings.json:");
        output.WriteLine(entry.ToJsonString(Indented));
        return 0;
    }

    /// <summary>Scopes as the configuration holds them.</summary>
    public static JsonArray Texts(string[] scopes) => [.. (scopes.Length > 0 ? scopes.Distinct() : [Tokens.Read]).Select(s => (JsonNode)s)];
}
