using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace SarkPS.Shell;

/// <summary>The prompt: reads commands over as many lines as they need, runs them, until <c>exit</c> or the end of input.</summary>
internal sealed class Prompt(Session session)
{
    public int Run(bool greet)
    {
        if (greet)
        {
            Console.Out.WriteLine($"SarkPS {Start.Version.ToString(3)}. Get-Command -Module SarkPS lists the commands, Get-Help explains one, exit leaves.");
        }

        while (session.Exit is null)
        {
            Console.Out.Write(PromptText());
            if (Read() is not { } text)
            {
                Console.Out.WriteLine();
                break;
            }

            if (!string.IsNullOrWhiteSpace(text))
            {
                session.RunTyped(text);
            }
        }

        return session.Exit ?? ShellExitCode.Success;
    }

    /// <summary>One command. Lines are asked for while the parser says that it is not complete; an empty line ends it anyway.</summary>
    private static string? Read()
    {
        var text = new StringBuilder();
        while (Console.In.ReadLine() is { } line)
        {
            text.Append(line);
            if (line.Length == 0 || !IsIncomplete(text.ToString()))
            {
                return text.ToString();
            }

            text.Append('\n');
            Console.Out.Write(">> ");
        }

        return null;
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(e => e.IncompleteInput);
    }

    /// <summary>What the function <c>prompt</c> says; people may have put their own in its place, and it may be wrong.</summary>
    private string PromptText()
    {
        try
        {
            return string.Concat(session.Evaluate("prompt"));
        }
        catch (RuntimeException e)
        {
            Console.Error.WriteLine($"prompt: {e.Message}");
            return "PS> ";
        }
    }
}
