namespace SarkPS;

/// <summary>What a program did.</summary>
/// <param name="Program">Its full path.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="ExitCode">Its exit code; 0 is success.</param>
/// <param name="Output">What it wrote to standard output, at most the first 256 KiB.</param>
/// <param name="Error">What it wrote to standard error, at most the first 256 KiB.</param>
/// <param name="Duration">How long it ran.</param>
public sealed record CommandResult(
    string Program,
    IReadOnlyList<string> Arguments,
    int ExitCode,
    string Output,
    string Error,
    TimeSpan Duration)
{
    /// <summary>Both outputs as lines, without empty ones at the end.</summary>
    public IReadOnlyList<string> Lines =>
        (Output.TrimEnd() + "\n" + Error.TrimEnd()).Trim('\n').Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
}

/// <summary>What a system command did.</summary>
/// <param name="Message">One sentence, as sark6api words it.</param>
/// <param name="ExitCode">The exit code of the program; 0 is success.</param>
/// <param name="Output">What the program wrote, one line each.</param>
public record SystemCommandResult(string Message, int ExitCode, IReadOnlyList<string> Output);

/// <summary>Whether Asterisk runs.</summary>
/// <param name="Running">It runs.</param>
/// <param name="State">systemd's word for it, such as <c>active</c>, <c>inactive</c> or <c>failed</c>; <c>answering</c>
/// when the manager interface answered.</param>
/// <param name="Since">When it came into that state, where that is known.</param>
public sealed record PbxState(bool Running, string State, DateTimeOffset? Since);
