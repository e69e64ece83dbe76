using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace SarkPS.Shell;

/// <summary>
/// Lines in and out. Output goes to standard output; errors, warnings, progress and questions go to standard error, so
/// that output can be read by another program.
/// </summary>
internal sealed class ShellUserInterface(bool nonInteractive) : PSHostUserInterface
{
    private static readonly bool _noColour = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };

    private readonly ShellRawUserInterface _raw = new();
    private string _progress = "";

    public override PSHostRawUserInterface RawUI => _raw;

    /// <summary>
    /// While set, what the formatter writes goes to standard error: the engine marks errors for it in a way that only
    /// itself can, and an error that ended a pipeline has no mark.
    /// </summary>
    public bool OutputIsError { get; set; }

    /// <summary>False takes the engine's colours away: a file or a pipe wants text only.</summary>
    public override bool SupportsVirtualTerminal => !Console.IsOutputRedirected && !_noColour;

    private static bool ErrorHasStyle => !Console.IsErrorRedirected && !_noColour;

    public override void Write(string value)
    {
        EndProgressLine();
        (OutputIsError ? Console.Error : Console.Out).Write(GetOutputString(value, OutputIsError ? ErrorHasStyle : SupportsVirtualTerminal));
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteErrorLine(string value) => WriteMessage(PSStyle.Instance.Formatting.Error, value);

    public override void WriteWarningLine(string message) => WriteMessage(PSStyle.Instance.Formatting.Warning, $"WARNING: {message}");

    public override void WriteVerboseLine(string message) => WriteMessage(PSStyle.Instance.Formatting.Verbose, $"VERBOSE: {message}");

    public override void WriteDebugLine(string message) => WriteMessage(PSStyle.Instance.Formatting.Debug, $"DEBUG: {message}");

    public override void WriteInformation(InformationRecord record)
    {
        // The engine has written what is meant for the host already; the record is for redirections.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            EndProgressLine();
            _progress = "";
            return;
        }

        var text = $"{record.Activity}: {record.StatusDescription}";
        if (!Console.IsErrorRedirected)
        {
            // One line that is written over; percentages only here, where they replace each other.
            text += record.PercentComplete >= 0 ? $" {record.PercentComplete} %" : "";
            text = text[..Math.Min(text.Length, _raw.BufferSize.Width - 1)];
            Console.Error.Write("\r" + text.PadRight(_progress.Length));
        }
        else if (text != _progress)
        {
            Console.Error.WriteLine(text);
        }

        _progress = text;
    }

    public override string ReadLine()
    {
        RequireInput();
        return Console.In.ReadLine() ?? throw Ended();
    }

    public override SecureString ReadLineAsSecureString()
    {
        RequireInput();
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (var character in Console.In.ReadLine() ?? throw Ended())
            {
                secret.AppendChar(character);
            }
        }
        else
        {
            ReadKeys(secret);
        }

        secret.MakeReadOnly();
        return secret;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireInput(string.Join(", ", descriptions.Select(d => d.Name)));
        Ask(caption, message);
        return descriptions.ToDictionary(d => d.Name, ReadField);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireInput(message);
        Ask(caption, message);
        var keys = choices.Select(Hotkey).ToList();
        var line = string.Join("  ", choices.Select((c, i) => $"[{keys[i]}] {c.Label.Replace("&", "", StringComparison.Ordinal)}"));
        while (true)
        {
            Console.Error.Write($"{line}  [?] Help{(defaultChoice >= 0 ? $" (default is \"{keys[defaultChoice]}\")" : "")}: ");
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            var choice = keys.FindIndex(k => string.Equals(k, answer, StringComparison.OrdinalIgnoreCase));
            if (choice >= 0)
            {
                return choice;
            }

            foreach (var (key, help) in keys.Zip(choices.Select(c => c.HelpMessage)))
            {
                Console.Error.WriteLine($"{key} - {help}");
            }
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        RequireInput(message);
        Ask(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Console.Error.Write("User: ");
            userName = ReadLine();
        }

        Console.Error.Write($"Password for {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    private static void Ask(string caption, string message)
    {
        foreach (var line in new[] { caption, message }.Where(l => !string.IsNullOrEmpty(l)))
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>The letter after the ampersand of a label, or the whole label.</summary>
    private static string Hotkey(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label[mark + 1].ToString().ToUpperInvariant() : choice.Label;
    }

    private static HostException Ended() => new("The input ended where an answer was needed.");

    private PSObject ReadField(FieldDescription field)
    {
        var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(PSCredential))
        {
            return PSObject.AsPSObject(PromptForCredential("", "", "", field.Name));
        }

        if (type == typeof(SecureString))
        {
            Console.Error.Write($"{field.Name}: ");
            return PSObject.AsPSObject(ReadLineAsSecureString());
        }

        if (!type.IsArray && !typeof(IList).IsAssignableFrom(type))
        {
            return ReadValue(field.Name, type);
        }

        // A list is asked for value by value; an empty line ends it.
        var values = new List<string>();
        while (true)
        {
            Console.Error.Write($"{field.Name}[{values.Count}]: ");
            var line = ReadLine();
            if (line.Length == 0)
            {
                return PSObject.AsPSObject(values.ToArray());
            }

            values.Add(line);
        }
    }

    private PSObject ReadValue(string name, Type type)
    {
        while (true)
        {
            Console.Error.Write($"{name}: ");
            var line = ReadLine();
            try
            {
                return PSObject.AsPSObject(LanguagePrimitives.ConvertTo(line, type, System.Globalization.CultureInfo.CurrentCulture));
            }
            catch (PSInvalidCastException e)
            {
                WriteErrorLine(e.Message);
                if (Console.IsInputRedirected)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Reads keys without showing them, until Enter.</summary>
    private static void ReadKeys(SecureString secret)
    {
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                if (secret.Length > 0)
                {
                    secret.RemoveAt(secret.Length - 1);
                }
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
    }

    private void RequireInput(string? what = null)
    {
        EndProgressLine();
        if (nonInteractive)
        {
            throw new PSInvalidOperationException(
                what is null ? "An answer is needed, and -NonInteractive was given." : $"An answer is needed ({what}), and -NonInteractive was given.");
        }
    }

    private void WriteMessage(string style, string text)
    {
        EndProgressLine();
        var styled = $"{style}{text}{PSStyle.Instance.Reset}";
        Console.Error.WriteLine(GetOutputString(styled, ErrorHasStyle));
    }

    /// <summary>Takes the line of progress away, so that what comes next stands alone.</summary>
    private void EndProgressLine()
    {
        if (_progress.Length > 0 && !Console.IsErrorRedirected)
        {
            Console.Error.Write("\r" + new string(' ', _progress.Length) + "\r");
        }
    }
}
