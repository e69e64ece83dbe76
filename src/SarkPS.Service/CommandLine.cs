using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service;

/// <summary>
/// What may stand behind the program's name: a word that it does, or settings. Anything else is a slip, and is not passed
/// over.
/// </summary>
internal static class CommandLine
{
    /// <summary>What hosts and their tools pass, beside our own settings.</summary>
    public static readonly IReadOnlyList<string> Groups =
    [
        "Sark", "Kestrel", "Logging", "urls", "http_ports", "https_ports", "AllowedHosts", "environment", "contentRoot", "webroot",
        "applicationName",
        "hostBuilder", "preferHostingUrls", "shutdownTimeoutSeconds", "suppressStatusMessages", "detailedErrors", "captureStartupErrors",
        "startupAssembly", "preventHostingStartup", "hostingStartupAssemblies",
    ];

    public static string Usage => $"""
        Usage: SarkPS.Service [SETTING...]
               SarkPS.Service {TokenCommand.Verb} NAME [SCOPE...] [OPTION...]
               SarkPS.Service {AccountCommand.Verb} EMAIL [SCOPE...]
               SarkPS.Service {DescriptionCommand.Verb} [--output FILE]

        Serves a SARK telephone exchange over HTTP, with the routes of sark6api.

          --urls ADDRESS            where to listen; http://127.0.0.1:{SarkApplication.DefaultPort} without it
          --Sark:Database=FILE      the SQLite database; SARK's own, else an embedded one, without it
          --Sark:Root=FOLDER        folder that stands before every path of SARK
          --Sark:NAME=VALUE         any other setting, as in appsettings.json
          --help, --version

        Settings come from appsettings.json beside the program, /etc/sarkps/appsettings.json, the environment (Sark__Database=...)
        and the command line, the later winning. docs/service.md lists them.
        """;

    public static bool IsHelp(string argument) => argument is "--help" or "-h" or "-?" or "/?" or "/help" or "-help";

    /// <summary>Does what is no service.</summary>
    /// <returns>The exit code, or null when the service is wanted.</returns>
    /// <exception cref="SarkException">An argument is neither a word nor a setting.</exception>
    public static int? Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is [TokenCommand.Verb, .. var rest])
        {
            return TokenCommand.Run(rest, output, errors);
        }

        if (arguments is [AccountCommand.Verb, .. var others])
        {
            return AccountCommand.Run(others, output, errors, AccountCommand.Ask);
        }

        if (arguments is [DescriptionCommand.Verb, .. var wish])
        {
            return DescriptionCommand.Run(wish, output, errors);
        }

        if (arguments.Any(IsHelp) || arguments is ["help"])
        {
            output.WriteLine(Usage);
            return 0;
        }

        if (arguments is ["--version"])
        {
            output.WriteLine(typeof(CommandLine).Assembly.GetName().Version!.ToString(3));
            return 0;
        }

        Check(arguments);
        return null;
    }

    /// <summary>Refuses what is no setting.</summary>
    /// <exception cref="SarkException">One is none.</exception>
    public static void Check(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            var isOption = argument.StartsWith("--", StringComparison.Ordinal)
                || (argument.StartsWith('/') && !argument[1..].Contains('/', StringComparison.Ordinal));
            var name = argument.TrimStart('-', '/').Split('=')[0];
            if (!isOption && argument.StartsWith('-'))
            {
                throw Wrong(
                    argument,
                    $"'{SarkText.Printable(argument)}' begins with one dash; a setting begins with two (--Sark:Database=FILE).");
            }

            if (!isOption && !argument.Contains('=', StringComparison.Ordinal))
            {
                throw Wrong(argument,
                    $"'{SarkText.Printable(argument)}' is neither a setting (--Sark:Database=FILE) nor a command ({TokenCommand.Verb}, "
                        + $"{AccountCommand.Verb}, {DescriptionCommand.Verb}).");
            }

            if (!Groups.Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase))
            {
                throw Wrong(argument,
                    $"'{SarkText.Printable(name)}' is no setting; those of the service begin with Sark: (--Sark:Database=FILE), and "
                        + "--urls says where it listens.");
            }

            if (argument.Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            // The value stands in the next one.
            if (++i >= arguments.Length)
            {
                throw Wrong(argument, $"The setting '{SarkText.Printable(name)}' has no value.");
            }
        }
    }

    private static SarkException Wrong(string argument, string message) =>
        new(SarkErrorKind.BadRequest, "Configuration", argument, $"{message} See --help.");
}
