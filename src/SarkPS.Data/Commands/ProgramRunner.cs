using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using SarkPS.Data.Files;

namespace SarkPS.Data.Commands;

/// <summary>
/// Starts a program by its full path with a list of arguments: no shell takes them apart, nothing is looked up in a
/// search path, and it ends when its time is over.
/// </summary>
/// <param name="options">Where programs lie, and what they are started with when the product is not root.</param>
internal sealed class ProgramRunner(SarkOptions options)
{
    private const int MaximumOutput = 256 * 1024;
    private const int Terminate = 15;
    private const int Kill = 9;
    private const string WrapperShell = "/bin/sh";

    // Constant: the file and the program come as parameters, which no shell takes apart.
    private const string Detached = "exec \"$@\" >\"$0\" 2>&1 </dev/null";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Turns = new(StringComparer.Ordinal);

    // Part of util-linux and of busybox; it replaces itself by the program, so the process is the leader of its own group.
    private static readonly string? Session = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    /// <summary>Whether a program is installed and could run here.</summary>
    public bool Has(Func<CommandOptions, string> program) => Posix.IsLinux && File.Exists(options.Program(program));

    /// <summary>Runs a program that only asks, or makes something that is thrown away when it is not whole: it may be stopped.</summary>
    /// <param name="program">Which one.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends it, and with it the program.</param>
    /// <param name="output">Takes standard output; it is captured when this is null.</param>
    /// <exception cref="SarkException">It is not installed (<see cref="SarkErrorKind.Unsupported"/>), may not be started
    /// (<see cref="SarkErrorKind.Denied"/>) or took too long (<see cref="SarkErrorKind.Timeout"/>).</exception>
    public async Task<CommandResult> AskAsync(
        Func<CommandOptions, string> program,
        IReadOnlyList<string> arguments,
        TimeSpan limit,
        CancellationToken cancellationToken,
        Stream? output = null)
    {
        var path = Installed(program);
        var clock = Stopwatch.StartNew();
        using var process = Start(path, Command(path, arguments), redirects: true);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            process.StandardInput.Close();
            var errors = new Capture(process.StandardError.BaseStream, timer.Token);
            var captured = output is null ? new Capture(process.StandardOutput.BaseStream, timer.Token) : null;
            var passedOn = output is null ? Task.CompletedTask : process.StandardOutput.BaseStream.CopyToAsync(output, timer.Token);
            await process.WaitForExitAsync(timer.Token).ConfigureAwait(false);
            await passedOn.ConfigureAwait(false);
            return new CommandResult(
                path,
                arguments,
                process.ExitCode,
                captured is null ? "" : await captured.EndAsync().ConfigureAwait(false),
                await errors.EndAsync().ConfigureAwait(false),
                clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            var isStopped = await StopAsync(process).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw Overrun(
                path,
                limit,
                isStopped ? "was stopped" : $"the account '{Environment.UserName}' could not stop it: it goes on as process {process.Id}");
        }
    }

    /// <summary>
    /// Runs a program that changes the machine, and is therefore never stopped half way, such as one that writes many files.
    /// When the caller no longer waits, or
    /// the time is over, it is left to run to its end, also when this process ends: it has a session of its own, which no
    /// Ctrl+C reaches, and writes into a file and not into a pipe that would break. One program runs once at a time.
    /// </summary>
    /// <param name="program">Which one.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="limit">How long is waited.</param>
    /// <param name="work">What is done while it is this caller's turn: it is given what runs the program. It, too, goes on
    /// to its end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SarkException">As above; <see cref="SarkErrorKind.Timeout"/> says that it goes on.</exception>
    public async Task<T> ChangeAsync<T>(
        Func<CommandOptions, string> program,
        IReadOnlyList<string> arguments,
        string name,
        TimeSpan limit,
        Func<Func<Task<CommandResult>>, Task<T>> work,
        CancellationToken cancellationToken)
    {
        var path = Installed(program, name);
        var turn = Turns.GetOrAdd(string.Join('\0', arguments.Prepend(path)), _ => new SemaphoreSlim(1));
        var clock = Stopwatch.StartNew();
        if (!await turn.WaitAsync(limit, cancellationToken).ConfigureAwait(false))
        {
            throw new SarkException(
                SarkErrorKind.Timeout,
                "Command",
                name,
                $"'{name}' was not started: the one that was started before it has not ended within {limit.TotalSeconds:0} s.");
        }

        var run = ObserveAsync(() => RunDetachedAsync(path, arguments), work, turn);
        try
        {
            var left = limit - clock.Elapsed;
            return await run.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Overrun(name, limit, "is left to run to its end");
        }
    }

    /// <summary>The same, of a program that has nothing done before or after it.</summary>
    /// <returns>What it did; its exit code is for the caller to judge.</returns>
    /// <inheritdoc cref="ChangeAsync{T}"/>
    public Task<CommandResult> ChangeAsync(
        Func<CommandOptions, string> program,
        IReadOnlyList<string> arguments,
        TimeSpan limit,
        CancellationToken cancellationToken) =>
        ChangeAsync(program, arguments, Path.GetFileName(options.Program(program)), limit, run => run(), cancellationToken);

    private static async Task<T> ObserveAsync<T>(
        Func<Task<CommandResult>> run,
        Func<Func<Task<CommandResult>>, Task<T>> work,
        SemaphoreSlim turn)
    {
        try
        {
            return await work(run).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<CommandResult> RunDetachedAsync(string path, IReadOnlyList<string> arguments)
    {
        var clock = Stopwatch.StartNew();
        using var output = Output();
        using var process = Start(
            path,
            [WrapperShell, "-c", Detached, output?.Path ?? "/dev/null", .. Command(path, arguments)],
            redirects: false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        if (output is null)
        {
            return new CommandResult(path, arguments, process.ExitCode, "", "", clock.Elapsed);
        }

        using var written = new FileStream(output.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new CommandResult(
            path,
            arguments,
            process.ExitCode,
            await new Capture(written, CancellationToken.None).EndAsync().ConfigureAwait(false),
            "",
            clock.Elapsed);
    }

    // A program that has to be run is run also where there is no place for what it writes.
    private static TemporaryFile? Output()
    {
        try
        {
            return new TemporaryFile(Path.Combine(Path.GetTempPath(), $".sarkps-output.{Guid.NewGuid():N}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Installed(Func<CommandOptions, string> program, string? name = null)
    {
        var path = options.Program(program);
        Posix.RequireLinux("Command", name ?? Path.GetFileName(path), $"Starting '{name ?? Path.GetFileName(path)}'");
        return File.Exists(path) ? path : throw new SarkException(
            SarkErrorKind.Unsupported,
            "Command",
            Path.GetFileName(path),
            $"The program '{Path.GetFileName(path)}' is not installed where the configuration says; see Sark:Commands.");
    }

    /// <summary>
    /// The program with what it is started through: a session of its own, so that it can be stopped with all that it
    /// started, and sudo.
    /// </summary>
    private List<string> Command(string path, IReadOnlyList<string> arguments)
    {
        var command = new List<string>();
        if (Session is not null)
        {
            command.Add(Session);
        }

        if (Sudo is { } sudo)
        {
            command.AddRange([sudo, "-n"]);
        }

        command.Add(path);
        command.AddRange(arguments);
        return command;
    }

    private string? Sudo => options.Commands.Sudo is { Length: > 0 } sudo && !Posix.IsRoot ? sudo : null;

    private Process Start(string path, List<string> command, bool redirects)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = redirects,
            RedirectStandardOutput = redirects,
            RedirectStandardError = redirects,
            UseShellExecute = false,
            WorkingDirectory = "/"
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // Programs find what they call themselves, speak English, and see nothing of the service's own settings.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            // What stands before it would only report that it failed to.
            return Sudo is not null || Posix.MayExecute(path) ? Process.Start(start)! : throw NotStarted(path, null);
        }
        catch (Win32Exception e)
        {
            throw NotStarted(path, e);
        }
    }

    private static SarkDeniedException NotStarted(string path, Exception? e) =>
        new(
            "Command",
            Path.GetFileName(path),
            $"The account '{Environment.UserName}' may not start the program '{Path.GetFileName(path)}', or it is not executable.",
            e);

    private static SarkException Overrun(string path, TimeSpan limit, string what) =>
        new(
            SarkErrorKind.Timeout,
            "Command",
            Path.GetFileName(path),
            $"The program '{Path.GetFileName(path)}' did not end within {limit.TotalSeconds:0} s and {what}.");

    /// <summary>Stops a program with all that it started: first asked, then made to.</summary>
    /// <returns>Whether it has ended.</returns>
    private static async Task<bool> StopAsync(Process process)
    {
        foreach (var signal in new[] { Terminate, Kill })
        {
            try
            {
                if (Session is not null)
                {
                    Posix.TrySignalGroup(process.Id, signal);
                }
                else
                {
                    process.Kill(entireProcessTree: true);
                }

                using var grace = new CancellationTokenSource(Grace);
                await process.WaitForExitAsync(grace.Token).ConfigureAwait(false);
                // Its own end is not that of what it started.
                if (Session is not null)
                {
                    Posix.TrySignalGroup(process.Id, Kill);
                }

                return true;
            }
            catch (Exception e) when (e is OperationCanceledException or Win32Exception or InvalidOperationException or AggregateException)
            {
                // Not yet, or not ours to stop.
            }
        }

        return process.HasExited;
    }

    /// <summary>What a program did that has to succeed.</summary>
    /// <exception cref="SarkUnavailableException">Its exit code was not 0; the message holds what it wrote last.</exception>
    public static CommandResult Succeeded(CommandResult result) => result.ExitCode == 0 ? result : throw Failed(result);

    /// <summary>The failure of a program, with the last lines that it wrote.</summary>
    public static SarkUnavailableException Failed(CommandResult result)
    {
        var name = Path.GetFileName(result.Program);
        // A script's failure says more by the script's name than by that of the shell.
        var what = result.Arguments is [var first, ..] && first.StartsWith('/')
            ? Path.GetFileName(first)
            : string.Join(' ', result.Arguments);
        return new SarkUnavailableException(
            "Command",
            name,
            $"'{name} {what}' failed with exit code {result.ExitCode}: {string.Join(" / ", result.Lines.TakeLast(10)).Trim()}");
    }

    /// <summary>Reads what a program writes, as far as it is of interest.</summary>
    private sealed class Capture
    {
        private readonly StringBuilder kept = new();
        private readonly Task reading;

        public Capture(Stream source, CancellationToken cancellationToken) => reading = ReadAsync(source, cancellationToken);

        /// <summary>
        /// What was written until the program ended. Something that it left running in the background may hold the pipe
        /// open for ever.
        /// </summary>
        public async Task<string> EndAsync()
        {
            if (await Task.WhenAny(reading, Task.Delay(Grace)).ConfigureAwait(false) == reading)
            {
                await reading.ConfigureAwait(false);
            }

            lock (kept)
            {
                return kept.ToString();
            }
        }

        private async Task ReadAsync(Stream source, CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(source, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            var buffer = new char[8192];
            int read;
            while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                lock (kept)
                {
                    // The rest is read and dropped, or the program would wait for us forever.
                    kept.Append(buffer, 0, Math.Min(read, MaximumOutput - kept.Length));
                }
            }
        }
    }
}
