using System.Diagnostics.CodeAnalysis;

namespace SarkPS.Shell;

/// <summary>Exit codes of the shell that do not come from a script.</summary>
internal static class ShellExitCode
{
    /// <summary>The last command succeeded.</summary>
    public const int Success = 0;

    /// <summary>The last command failed, or an error ended the run.</summary>
    public const int Failure = 1;

    /// <summary>The command line could not be understood, as PowerShell has it.</summary>
    public const int Usage = 64;

    /// <summary>Ctrl+C ended the run, as shells on Unix have it.</summary>
    public const int Interrupted = 130;
}

/// <summary>What the shell was started for.</summary>
internal enum ShellTask
{
    /// <summary>A prompt, or the commands on a redirected standard input.</summary>
    Prompt,

    /// <summary>The commands given on the command line.</summary>
    Command,

    /// <summary>A script with its arguments.</summary>
    File,

    /// <summary>The version, and nothing else.</summary>
    Version,

    /// <summary>The list of options, and nothing else.</summary>
    Help,
}

/// <summary>The command line. Names and short forms are those of PowerShell, so that one is known with the other.</summary>
internal sealed record ShellOptions(ShellTask Task, string Text, IReadOnlyList<string> Arguments, bool NoLogo, bool NonInteractive)
{
    /// <summary>What <c>-Help</c> prints.</summary>
    public const string Usage = """
        SarkPS: a small shell with the SarkPS module, for machines without PowerShell.

          -Command <text>              run the commands in the text, then end; - reads them from standard input
          -File <script> [arguments]   run a script, then end
          -NonInteractive              never ask; a question is an error
          -NoLogo                      no greeting before the prompt
          -Version                     print the version
          -Help                        print this

        Without -Command or -File there is a prompt. Leave it with exit.
        The exit code is that of exit, else 1 if the last command failed, else 0.
        The engine's core commands are there (Get-Command lists them), and all of the module.
        """;

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The arguments of the process.</param>
    /// <param name="options">What they ask for.</param>
    /// <param name="error">What is wrong with them.</param>
    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out ShellOptions? options, out string error)
    {
        options = null;
        error = "";
        var noLogo = false;
        var nonInteractive = false;
        for (var i = 0; i < args.Count; i++)
        {
            var rest = args.Skip(i + 1).ToList();
            var name = args[i].ToLowerInvariant();
            switch (name.StartsWith("--", StringComparison.Ordinal) ? name[1..] : name)
            {
                case "-command" or "-c" when rest.Count > 0:
                    options = new(ShellTask.Command, string.Join(' ', rest), [], noLogo, nonInteractive);
                    return true;
                case "-file" or "-f" when rest.Count > 0:
                    options = new(ShellTask.File, rest[0], rest[1..], noLogo, nonInteractive);
                    return true;
                case "-command" or "-c" or "-file" or "-f":
                    error = $"{args[i]} needs something to run after it. -Help lists the options.";
                    return false;
                case "-nologo" or "-nol":
                    noLogo = true;
                    break;
                case "-noninteractive" or "-noni":
                    nonInteractive = true;
                    break;
                case "-noprofile" or "-nop":
                    // There are no profiles; command lines written for PowerShell often say so all the same.
                    break;
                case "-version" or "-v":
                    options = new(ShellTask.Version, "", [], true, true);
                    return true;
                case "-help" or "-h" or "-?":
                    options = new(ShellTask.Help, "", [], true, true);
                    return true;
                case ['-', ..]:
                    error = $"There is no option {args[i]}. -Help lists the options.";
                    return false;
                default:
                    options = new(ShellTask.File, args[i], rest, noLogo, nonInteractive);
                    return true;
            }
        }

        options = new(ShellTask.Prompt, "", [], noLogo, nonInteractive);
        return true;
    }
}
