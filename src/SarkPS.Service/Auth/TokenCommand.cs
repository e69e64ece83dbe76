using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Service.Settings;

namespace SarkPS.Service.Auth;

/// <summary>
/// <c>SarkPS.Service token NAME [SCOPE...]</c>: makes a token, shows it once, and keeps its hash where the service finds it at
/// once; or prints what to put into the configuration instead. Lists and revokes them too, for who has locked himself out.
/// </summary>
internal static class TokenCommand
{
    public const string Verb = "token";

    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private const string List = "--list";
    private const string Revoke = "--revoke";
    private const string Entry = "--entry";
    private const string Network = "--network";
    private const string Expires = "--expires";

    private static string Usage => $"""
        Usage: SarkPS.Service {Verb} NAME [SCOPE...] [{Network} NETWORK]... [{Expires} DATE] [{Entry}] [SETTING...]
               SarkPS.Service {Verb} {List} [SETTING...]
               SarkPS.Service {Verb} {Revoke} NAME [SETTING...]

        Makes a token, and shows it once; its hash is kept in the service's own database, and it counts at once. From the first
        one on nobody is served without a token.

          NAME       who it is for; appears in the log and in the history
          SCOPE      {string.Join(", ", ApiScopes.All)}; without one, {ApiScopes.Read}
          {Network}  an address or network that it may be used from, such as {ApiNetworks.Examples}; any without it
          {Expires}  from when on it is refused, such as 2027-12-31
          {Entry}    keeps nothing, and prints the entry for Sark:Service:Tokens in appsettings.json
          SETTING    as for the service (--Sark:Database=FILE)
        """;

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments.Any(CommandLine.IsHelp) || arguments is ["help", ..])
        {
            output.WriteLine(Usage);
            return 0;
        }

        var words = new List<string>();
        var networks = new List<string>();
        var settings = new List<string>();
        var isEntry = false;
        string? revoked = null, expires = null;
        var isList = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case List:
                    isList = true;
                    break;
                case Entry:
                    isEntry = true;
                    break;
                case Revoke or Network or Expires when i + 1 == arguments.Length:
                    errors.WriteLine(Usage);
                    return 2;
                case Revoke:
                    revoked = arguments[++i];
                    break;
                case Network:
                    networks.Add(arguments[++i]);
                    break;
                case Expires:
                    expires = arguments[++i];
                    break;
                case var setting when setting.StartsWith("--", StringComparison.Ordinal):
                    settings.Add(setting);
                    if (!setting.Contains('=', StringComparison.Ordinal) && i + 1 < arguments.Length)
                    {
                        settings.Add(arguments[++i]);
                    }

                    break;
                case var word:
                    words.Add(word);
                    break;
            }
        }

        try
        {
            CommandLine.Check([.. settings]);
        }
        catch (SarkException error)
        {
            errors.WriteLine(error.Message);
            return 2;
        }

        if ((words.Count == 0) != (isList || revoked is not null)
            || (isList && revoked is not null)
            || ((isList || revoked is not null) && (isEntry || expires is not null || networks.Count > 0))
            || (isEntry && networks.Count > 0))
        {
            errors.WriteLine(Usage);
            return 2;
        }

        using var file = ApiTokenFile.Of(ServiceSettings.ReadSark(Configuration([.. settings])));
        if (isList)
        {
            foreach (var token in file.ListAsync().GetAwaiter().GetResult())
            {
                output.WriteLine(Words(token));
            }

            return 0;
        }

        if (revoked is not null)
        {
            file.RemoveAsync(revoked).GetAwaiter().GetResult();
            output.WriteLine($"The token '{SarkText.Printable(revoked)}' is refused from now on.");
            return 0;
        }

        DateTimeOffset? end = null;
        if (expires is not null)
        {
            if (!DateTimeOffset.TryParse(expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var parsed))
            {
                errors.WriteLine($"'{SarkText.Printable(expires)}' is no date, such as 2027-12-31.");
                return 2;
            }

            end = parsed;
        }

        var wish = new ApiTokenWish(words[0])
        {
            Scopes = words.Count > 1 ? [.. words.Skip(1)] : [ApiScopes.Read],
            Networks = networks,
            Expires = end,
        };
        try
        {
            if (isEntry)
            {
                Print(wish.Judged(DateTimeOffset.UtcNow), output);
                return 0;
            }

            var made = file.CreateAsync(wish).GetAwaiter().GetResult();
            output.WriteLine($"Token, shown this once: {made.Token}");
            output.WriteLine(Words(made));
            return 0;
        }
        catch (SarkException error) when (error.Kind is SarkErrorKind.Validation or SarkErrorKind.Conflict)
        {
            errors.WriteLine(error.Message);
            return 2;
        }
    }

    /// <summary>Scopes as the configuration holds them.</summary>
    public static JsonArray Texts(IReadOnlyCollection<string> scopes) =>
        [.. (scopes.Count > 0 ? scopes.Distinct() : [ApiScopes.Read]).Select(s => (JsonNode)s)];

    private static void Print(ApiTokenWish wish, TextWriter output)
    {
        var (token, hash) = ApiTokenFile.Make();
        var entry = new JsonObject
        {
            ["Name"] = wish.Name,
            ["Sha256"] = hash,
            ["Scopes"] = Texts(wish.Scopes),
        };
        if (wish.Expires is { } end)
        {
            entry["Expires"] = end.ToString("O", CultureInfo.InvariantCulture);
        }

        output.WriteLine($"Token, shown this once: {token}");
        output.WriteLine("Entry for Sark:Service:Tokens in appsettings.json:");
        output.WriteLine(entry.ToJsonString(Indented));
    }

    private static string Words(ApiToken token) => string.Create(
        CultureInfo.InvariantCulture,
        $"{token.Name}: {string.Join(' ', token.Scopes)}{(token.Networks.Count > 0 ? $", from {string.Join(", ", token.Networks)}" : "")}"
            + $"{(token.Expires is { } end ? $", until {end:yyyy-MM-dd HH:mm}" : "")}"
            + $"{(token.LastUsed is { } used ? $", last used {used:yyyy-MM-dd HH:mm} from {token.LastUsedFrom}" : "")}");

    // Where the service reads its own.
    private static ConfigurationManager Configuration(string[] settings)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory });
        SettingsFiles.AddMachineFile(builder.Configuration);
        return builder.Configuration;
    }
}
