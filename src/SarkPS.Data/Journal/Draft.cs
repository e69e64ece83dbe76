using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>A copy of a database that changes are tried on, in a folder of its own that goes with it.</summary>
internal sealed class DatabaseCopy : IDisposable
{
    // The state of the database, and nothing else, is asked for under its lock.
    private static readonly WriteIntent Looking = new() { IsRehearsal = true };

    private readonly DraftFolder folder;

    private DatabaseCopy(DraftFolder folder, SqliteDatabase database, string? state)
    {
        this.folder = folder;
        Database = database;
        State = state;
    }

    /// <summary>The copy.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The state of the database that it is of.</summary>
    public string? State { get; }

    /// <summary>A second copy, which stays as it is; null where none was wanted.</summary>
    public SqliteDatabase? Origin { get; private init; }

    /// <summary>Copies a database. It is locked as long as that takes, so that the copy is of the state that is told.</summary>
    /// <param name="source">The database.</param>
    /// <param name="keepsOrigin">Whether there is to be a second copy.</param>
    /// <param name="cancellationToken">Stops waiting for the lock.</param>
    /// <exception cref="SarkException">It could not be copied.</exception>
    public static async Task<DatabaseCopy> MakeAsync(SqliteDatabase source, bool keepsOrigin, CancellationToken cancellationToken)
    {
        DraftFolder? folder = null;
        try
        {
            folder = new DraftFolder();
            // What messages call the database is the name of its file.
            var path = folder[Path.GetFileName(source.Path)];
            var (state, _) = await source.Writer.RunAsync(
                session =>
                {
                    Fill(path, source);
                    return session.State?.ToString();
                },
                Looking,
                cancellationToken).ConfigureAwait(false);
            var origin = keepsOrigin ? folder["origin.db"] : null;
            if (origin is not null)
            {
                File.Copy(path, origin);
            }

            var copy = new DatabaseCopy(folder, new SqliteDatabase(path) { IsScratch = true }, state)
            {
                Origin = origin is null ? null : new SqliteDatabase(origin) { IsScratch = true },
            };
            folder = null;
            return copy;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(error, error.Message);
        }
        finally
        {
            folder?.Dispose();
        }
    }

    // An error of SQLite would be told of the database itself.
    private static void Fill(string path, SqliteDatabase source)
    {
        try
        {
            // As private as its folder, and so are SQLite's own files beside it.
            Posix.CreatePrivate(path, FileShare.None).Dispose();
            using var reading = source.Open(isPooled: false);
            DatabaseFile.CopyHeld(reading, path, SqliteErrors.Noun);
        }
        catch (SqliteException error)
        {
            throw Failed(error, raw.sqlite3_errstr(error.SqliteErrorCode).utf8_to_string());
        }
    }

    private static SarkUnavailableException Failed(Exception error, string why) => new(
        "ChangeSet",
        null,
        "The changes could not be tried on a copy of the database, since none could be made in the folder for temporary files: "
            + $"{why.TrimEnd('.')}. Nothing was changed.",
        error);

    /// <inheritdoc/>
    public void Dispose()
    {
        Database.Dispose();
        Origin?.Dispose();
        folder.Dispose();
    }
}

/// <summary>A draft on this machine.</summary>
internal sealed class Draft : IAnsweredDraft
{
    private readonly DatabaseCopy copy;
    private readonly SqliteStore exchange;
    private readonly SqliteStore store;
    private readonly DraftLog log;

    /// <summary>Begins one.</summary>
    /// <param name="copy">The copy that it works on; it is the draft's from now on.</param>
    /// <param name="exchange">What it is applied to.</param>
    /// <param name="store">The copy's rows.</param>
    /// <param name="log">What is done to them.</param>
    public Draft(DatabaseCopy copy, SqliteStore exchange, SqliteStore store, DraftLog log)
    {
        this.copy = copy;
        this.exchange = exchange;
        this.store = store;
        this.log = log;
        Changes = new DraftChanges(store.Changes, exchange.Changes);
    }

    /// <inheritdoc/>
    public ITableOperations Tables => store;

    /// <inheritdoc/>
    public IChanges Changes { get; }

    /// <inheritdoc/>
    public int Count => log.Count;

    /// <inheritdoc/>
    public IJsonTables Json => store;

    /// <inheritdoc/>
    public IAnsweredChanges Answered => store.Changes;

    /// <inheritdoc/>
    public async Task<ChangeResult> ApplyAsync(
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        CancellationToken cancellationToken) =>
        (await ApplyAsync(isRehearsal, origin, reason, null, null, cancellationToken).ConfigureAwait(false)).Result with { State = null };

    /// <inheritdoc/>
    public Task<SetOutcome> ApplyAsync(
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        Repeatable? repeatable,
        Func<SetOutcome, byte[]>? answer,
        CancellationToken cancellationToken)
    {
        var done = log.Read() with { Origin = copy.Origin };
        return exchange.Changes.RunAsync(
            new ChangeSet([.. done.Steps.Select(s => s.Step)]) { Reason = reason ?? done.Reason, Origin = origin },
            done,
            isRehearsal,
            repeatable,
            answer,
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        copy.Dispose();
        return ValueTask.CompletedTask;
    }
}
