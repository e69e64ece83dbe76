using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace SarkPS.Data.Commands;

/// <summary>
/// Starts a program by its full path with a list of arguments: no shell takes them apart, nothing is looked up in a
/// search path, and it ends when its time is over.
/// </summary>
/// <param name="options">Where programs lie, and what they are started with when the product is not root.</param>
internal sealed class ProgramRunner(SarkOptions options)
{
    private const int MaximumOutput = 256 * 1024;

    /// <summary>Whether a program is installed.</summary>
    public bool Has(Func<CommandOptions, string> program) => File.Exists(options.Program(program));

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Which one.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends it, and with it the program.</param>
    /// <param name="output">Takes standard output; it is captured when this is null.</param>
    /// <exception cref="SarkException">It is not installed (<see cref="SarkErrorKind.Unsupported"/>), may not be started (<see cref="SarkErrorKind.Denied"/>) or took too long (<see cref="SarkErrorKind.Timeout"/>).</exception>
    public async Task<CommandResult> RunAsync(Func<CommandOptions, string> program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken cancellationToken, Stream? output = null)
    {
        var path = options.Program(program);
        if (!File.Exists(path))
        {
            throw new SarkException(SarkErrorKind.Unsupported, "Command", Path.GetFileName(path), $"The program '{Path.GetFileName(path)}' is not installed where the configuration says; see Sark:Commands.");
        }

        IReadOnlyList<string> command = options.Commands.Sudo is { Length: > 0 } sudo && !Files.Posix.IsRoot ? [sudo, "-n", path, .. arguments] : [path, .. arguments];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // Programs find what they call themselves, speak English, and see nothing of the service's own settings.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C.UTF-8";

        var clock = Stopwatch.StartNew();
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new SarkDeniedException("Command", Path.GetFileName(path), $"The account '{Environment.UserName}' may not start the program '{Path.GetFileName(path)}', or it is not executable.", e);
        }

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            process.StandardInput.Close();
            var errors = CaptureAsync(process.StandardError.BaseStream, timer.Token);
            var captured = output is null ? CaptureAsync(process.StandardOutput.BaseStream, timer.Token) : PassOnAsync(process.StandardOutput.BaseStream, output, timer.Token);
            await process.WaitForExitAsync(timer.Token).ConfigureAwait(false);
            return new CommandResult(path, arguments, process.ExitCode, await captured.ConfigureAwait(false), await errors.ConfigureAwait(false), clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SarkException(SarkErrorKind.Timeout, "Command", Path.GetFileName(path), $"The program '{Path.GetFileName(path)}' did not end within {limit.TotalSeconds:0} s and was stopped.");
        }
    }

    /// <summary>Runs a program that has to succeed.</summary>
    /// <exception cref="SarkUnavailableException">Its exit code was not 0; the message holds what it wrote last.</exception>
    public async Task<CommandResult> RunSuccessfullyAsync(Func<CommandOptions, string> program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken cancellationToken, Stream? output = null)
    {
        var result = await RunAsync(program, arguments, limit, cancellationToken, output).ConfigureAwait(false);
        return result.ExitCode == 0 ? result : throw Failed(result);
    }

    /// <summary>The failure of a program, with the last lines that it wrote.</summary>
    public static SarkUnavailableException Failed(CommandResult result)
    {
        var name = Path.GetFileName(result.Program);
        // A script's failure says more by the script's name than by that of the shell.
        var what = result.Arguments is [var first, ..] && first.StartsWith('/') ? Path.GetFileName(first) : string.Join(' ', result.Arguments);
        return new SarkUnavailableException("Command", name, $"'{name} {what}' failed with exit code {result.ExitCode}: {string.Join(" / ", result.Lines.TakeLast(10)).Trim()}");
    }

    private static async Task<string> CaptureAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        using var kept = new MemoryStream();
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // The rest is read and dropped, or the program would wait for us forever.
            kept.Write(buffer, 0, (int)Math.Min(read, MaximumOutput - kept.Length));
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    private static async Task<string> PassOnAsync(Stream source, Stream target, CancellationToken cancellationToken)
    {
        await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        return "";
    }
}
