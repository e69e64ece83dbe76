using System.Text;
using System.Text.Json.Nodes;

namespace SarkPS.Service.Auth;

/// <summary><c>SarkPS.Service account EMAIL [SCOPE...]</c>: asks for a password, and prints what to put into the configuration.</summary>
internal static class AccountCommand
{
    public const string Verb = "account";

    private static string Usage => $"""
        Usage: SarkPS.Service {Verb} EMAIL [SCOPE...]

        Asks for a password, twice at a terminal, else once from the input, and prints the entry with its hash for the configuration.

          EMAIL   who logs in
          SCOPE   {string.Join(", ", ApiScopes.All)}; without one, {ApiScopes.Read}
        """;

    /// <summary>Does it.</summary>
    /// <param name="arguments">What stands behind the word.</param>
    /// <param name="output">Takes the entry.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="ask">Shows a question and reads a password; null at the end of the input.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors, Func<string, string?> ask)
    {
        if (arguments.Any(CommandLine.IsHelp) || arguments is ["help", ..])
        {
            output.WriteLine(Usage);
            return 0;
        }

        if (arguments is not [var email, .. var scopes])
        {
            errors.WriteLine(Usage);
            return 2;
        }

        if ((Accounts.WrongEmail(email) ?? ApiScopes.Wrong(scopes)) is { } wrong)
        {
            errors.WriteLine($"'{SarkText.Printable(email)}' cannot be an account: {wrong}.");
            return 2;
        }

        var password = ask("Password: ") ?? "";
        if (password.Length is < Passwords.Shortest or > Passwords.Longest)
        {
            errors.WriteLine($"The password has {password.Length} characters and must have {Passwords.Shortest} to {Passwords.Longest}.");
            return 2;
        }

        if (!Console.IsInputRedirected && ask("Again: ") != password)
        {
            errors.WriteLine("The two passwords differ.");
            return 2;
        }

        var entry = new JsonObject
        {
            ["Email"] = email,
            ["Password"] = Passwords.Hash(password),
            ["Scopes"] = TokenCommand.Texts(scopes),
        };
        output.WriteLine("Entry for Sark:Service:Accounts in appsettings.json:");
        output.WriteLine(entry.ToJsonString(TokenCommand.Indented));
        return 0;
    }

    /// <summary>Asks at the terminal, without showing what is typed; what is piped in is read as a line.</summary>
    public static string? Ask(string question)
    {
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine();
        }

        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
