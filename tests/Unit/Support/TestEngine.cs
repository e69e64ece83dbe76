using System.Management.Automation;
using System.Management.Automation.Runspaces;
using SarkPS.Cmdlets;

namespace SarkPS.Tests.Support;

/// <summary>Where a script's exchange is.</summary>
public enum Side
{
    /// <summary>A database, opened by the module.</summary>
    Local,

    /// <summary>The same database behind a service on a real port.</summary>
    Remote,
}

/// <summary>Data for theories that run a script on both sides and both databases.</summary>
public static class Sides
{
    /// <summary>Every combination.</summary>
    public static TheoryData<Side, Schema> All => new()
    {
        { Side.Local, Schema.Embedded },
        { Side.Local, Schema.Sark },
        { Side.Remote, Schema.Embedded },
        { Side.Remote, Schema.Sark },
    };
}

/// <summary>The real PowerShell engine with the module, connected to nothing yet.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace runspace;

    /// <summary>Starts one.</summary>
    /// <param name="folder">Where it stands; where the tests do without it.</param>
    public Engine(string? folder = null)
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([typeof(SarkCmdlet).Assembly.Location]);
        state.Types.Add(new SessionStateTypeEntry(Path.Combine(Repository.Module, "SarkPS.types.ps1xml")));
        runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        if (folder is not null)
        {
            runspace.SessionStateProxy.Path.SetLocation(folder);
        }
    }

    /// <summary>A shell to use by hand, for pipelines that are stopped.</summary>
    public PowerShell Shell()
    {
        var shell = PowerShell.Create();
        shell.Runspace = runspace;
        return shell;
    }

    /// <summary>Runs a script to its end.</summary>
    /// <param name="script">The script.</param>
    /// <param name="variables">Values that it finds as variables.</param>
    public ScriptResult Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = Shell();
        shell.AddScript(script);
        ErrorRecord? end = null;
        var output = new PSDataCollection<PSObject>();
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException error)
        {
            end = error.ErrorRecord;
        }

        return new ScriptResult([.. output], [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(w => w.Message)], end);
    }

    /// <summary>What Tab offers at the end of a line.</summary>
    public IReadOnlyList<string> Complete(string line)
    {
        using var shell = Shell();
        return [.. CommandCompletion.CompleteInput(line, line.Length, null, shell).CompletionMatches.Select(m => m.CompletionText)];
    }

    /// <inheritdoc/>
    public void Dispose() => runspace.Dispose();
}

/// <summary>An engine that is connected to a database of its own.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly Engine engine = new();
    private readonly ListeningService? service;

    private TestEngine(TestDatabase database, ListeningService? service)
    {
        Database = database;
        this.service = service;
    }

    /// <summary>The database behind it.</summary>
    public TestDatabase Database { get; }

    /// <summary>Starts an engine, and a service if it is to be reached over one, and connects.</summary>
    public static async Task<TestEngine> StartAsync(Side side, Schema schema)
    {
        var database = new TestDatabase(schema);
        var service = side == Side.Remote ? await ListeningService.StartAsync(database.Path) : null;
        var engine = new TestEngine(database, service);
        var address = service is null ? "-Database $database -Root $root" : "$address";
        engine.Run(
            $"Connect-Sark {address}",
            ("database", database.Path),
            ("root", database.Folder),
            ("address", service?.Address.ToString())).Good();
        return engine;
    }

    /// <inheritdoc cref="Engine.Shell"/>
    public PowerShell Shell() => engine.Shell();

    /// <inheritdoc cref="Engine.Run"/>
    public ScriptResult Run(string script, params (string Name, object? Value)[] variables) => engine.Run(script, variables);

    /// <inheritdoc cref="Engine.Complete"/>
    public IReadOnlyList<string> Complete(string line) => engine.Complete(line);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Run("Disconnect-Sark");
        engine.Dispose();
        if (service is not null)
        {
            await service.DisposeAsync();
        }

        Database.Dispose();
    }
}

/// <summary>What a script did.</summary>
/// <param name="Output">Its objects.</param>
/// <param name="Errors">Errors that did not end it.</param>
/// <param name="Warnings">Its warnings.</param>
/// <param name="End">The error that ended it, or null.</param>
internal sealed record ScriptResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    ErrorRecord? End)
{
    /// <summary>The objects themselves.</summary>
    public IEnumerable<T> Of<T>() => Output.Select(o => Assert.IsType<T>(o.BaseObject));

    /// <summary>The single object.</summary>
    public T Single<T>() => Assert.Single(Good().Of<T>());

    /// <summary>The result of a script without errors.</summary>
    public ScriptResult Good()
    {
        Assert.True(
            End is null && Errors.Count == 0,
            string.Join('\n', Errors.Append(End).OfType<ErrorRecord>().Select(e => $"{e.FullyQualifiedErrorId}: {e}")));
        return this;
    }

    /// <summary>The single error, whether it ended a pipeline or not.</summary>
    public ErrorRecord Failure => End ?? Assert.Single(Errors);

    /// <summary>The single error that did not end it.</summary>
    public ErrorRecord Error()
    {
        Assert.True(End is null, $"{End?.FullyQualifiedErrorId}: {End}");
        return Assert.Single(Errors);
    }

    /// <summary>Objects, errors and warnings as text, to compare two runs.</summary>
    public string Text => string.Join('\n', [
        .. Output.Select(o => o.BaseObject is SarkRecord record ? Properties(record) : o.ToString()),
        .. Errors.Append(End).OfType<ErrorRecord>()
            .Select(e => $"error {e.FullyQualifiedErrorId} {e.CategoryInfo.Category} {e.TargetObject}: {e}"),
        .. Warnings.Select(w => $"warning {w}")]);

    private static string Properties(SarkRecord record) => string.Join('\n', record.GetType().GetProperties()
        .Where(p => p.Name is not (nameof(SarkRecord.Created) or nameof(SarkRecord.Updated)) && p.GetIndexParameters().Length == 0
            && p.CanWrite)
        .Select(p => $"{p.Name} : {Normal.Value(p.Name == "Password" ? "passwd" : p.Name, p.GetValue(record)?.ToString())}"));
}
