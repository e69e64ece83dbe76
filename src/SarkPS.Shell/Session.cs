using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace SarkPS.Shell;

/// <summary>One runspace with the module in it, and the ways to run something there.</summary>
internal sealed class Session : IDisposable
{
    private readonly ShellHost _host;
    private readonly Runspace _runspace;
    private readonly Lock _lock = new();
    private Pipeline? _running;
    private bool _interrupted;

    public Session(bool nonInteractive)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            // Elsewhere there is no policy. Without this a fresh Windows would refuse every script.
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        _host = new ShellHost(nonInteractive);
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();

        // Cmdlets reach the runspace's variables, such as the connection, through the thread's default one.
        Runspace.DefaultRunspace = _runspace;
        Console.CancelKeyPress += Interrupt;
    }

    /// <summary>The exit code, once <c>exit</c> was called.</summary>
    public int? Exit => _host.ExitCode;

    /// <summary>Loads the module from the folder beside the shell.</summary>
    /// <returns>False if that failed, which has been told by then.</returns>
    public bool ImportModule()
    {
        var import = new Command("Import-Module");
        import.Parameters.Add("Name", Path.Combine(AppContext.BaseDirectory, "Modules", "SarkPS", "SarkPS.psd1"));
        import.Parameters.Add("ErrorAction", "Stop");
        return Invoke(import, asTyped: null);
    }

    /// <summary>Runs commands and returns the exit code that they mean.</summary>
    public int RunText(string text) => ExitCode(Invoke(new Command(text, isScript: true, useLocalScope: false), text));

    /// <summary>Runs a script with arguments as the command line has them, and returns the exit code that it means.</summary>
    public int RunFile(string path, IReadOnlyList<string> arguments)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            _host.UI.WriteErrorLine($"There is no script '{path}'.");
            return ShellExitCode.Usage;
        }

        if (!full.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            _host.UI.WriteErrorLine($"'{path}' is not a script: its name does not end in .ps1.");
            return ShellExitCode.Usage;
        }

        var script = Parser.ParseFile(full, out _, out var errors);
        if (errors.Length > 0)
        {
            Show(new ParseException(errors).ErrorRecord);
            return ShellExitCode.Failure;
        }

        // As a function under the name of the file and not as the file: exit in a script file ends only the script, and
        // the engine keeps to itself the switch with which PowerShell's own host changes that. The parsed script still
        // knows its file, for $PSScriptRoot and for the lines that errors point at.
        var name = Path.GetFileName(full);
        _runspace.SessionStateProxy.InvokeProvider.Item.Set([$"function:{name}"], script.GetScriptBlock(), force: false, literalPath: true);
        var command = new Command(name, isScript: false, useLocalScope: false);
        foreach (var parameter in arguments.Select(Parameter))
        {
            command.Parameters.Add(parameter);
        }

        return ExitCode(Invoke(command, name));
    }

    /// <summary>Runs what was typed at the prompt. Errors have been shown when it returns.</summary>
    public void RunTyped(string text)
    {
        _interrupted = false;
        Invoke(new Command(text, isScript: true, useLocalScope: false), text);
    }

    /// <summary>Runs a script for its results, which are not shown.</summary>
    public IReadOnlyList<PSObject> Evaluate(string script)
    {
        using var pipeline = _runspace.CreatePipeline(script);
        return pipeline.Invoke();
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= Interrupt;
        _runspace.Dispose();
    }

    /// <summary>
    /// An argument of a script: <c>-Name</c> and <c>-Name:value</c> are parameters, all else are values, as PowerShell's
    /// own <c>-File</c> has it.
    /// </summary>
    private static CommandParameter Parameter(string argument)
    {
        if (argument is not ['-', var first, ..] || !(char.IsLetter(first) || first == '_'))
        {
            return new CommandParameter(null, argument);
        }

        var colon = argument.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new CommandParameter(argument)
            : new CommandParameter(argument[1..colon], argument[(colon + 1)..].ToLowerInvariant() switch
            {
                "$true" => true,
                "$false" => false,
                _ => argument[(colon + 1)..],
            });
    }

    /// <summary>Runs a command with its output and its errors going to the console, and tells whether it came to its end.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="asTyped">
    /// What Get-History shows for it, or null if it is not to be there. Only a pipeline that is leaves its outcome in <c>$?</c>.
    /// </param>
    private bool Invoke(Command command, string? asTyped)
    {
        using var pipeline = asTyped is null ? _runspace.CreatePipeline() : _runspace.CreatePipeline(asTyped, addToHistory: true);
        pipeline.Commands.Clear();

        // The engine's formatter takes both, so that errors stand where they happened; it sends them to the error stream.
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(command);
        pipeline.Commands.Add("Out-Default");
        lock (_lock)
        {
            _running = pipeline;
        }

        try
        {
            pipeline.Invoke();
            return pipeline.PipelineStateInfo.State == PipelineState.Completed;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (IncompleteParseException)
        {
            // Meant for prompts that then read on, and its record has no text; the parser says what is missing.
            Parser.ParseInput(asTyped, out _, out var errors);
            Show(new ParseException(errors).ErrorRecord);
            return false;
        }
        catch (RuntimeException e)
        {
            Show(e.ErrorRecord ?? new ErrorRecord(e, e.GetType().Name, ErrorCategory.NotSpecified, null));
            return false;
        }
        finally
        {
            lock (_lock)
            {
                _running = null;
            }
        }
    }

    /// <summary>Shows an error that ended a pipeline the way the engine shows those that do not.</summary>
    private void Show(ErrorRecord error)
    {
        using var pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add("Out-Default");
        _host.ShellUI.OutputIsError = true;
        try
        {
            pipeline.Invoke(new[] { error });
        }
        finally
        {
            _host.ShellUI.OutputIsError = false;
        }
    }

    private int ExitCode(bool completed)
    {
        if (Exit is { } code)
        {
            return code;
        }

        if (_interrupted)
        {
            return ShellExitCode.Interrupted;
        }

        return completed && Evaluate("$?") is [{ BaseObject: true }] ? ShellExitCode.Success : ShellExitCode.Failure;
    }

    /// <summary>Ctrl+C: stops what runs, and never the shell itself while it has something to stop.</summary>
    private void Interrupt(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = true;
        lock (_lock)
        {
            if (_running is not null)
            {
                _interrupted = true;
                _running.StopAsync();
            }
        }
    }
}
