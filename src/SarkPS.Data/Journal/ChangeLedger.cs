using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>
/// What a writer does with the journal while it holds the database's lock: it finds out what became of the group before, and
/// what others have written since; then it notes what it is about to commit.
/// </summary>
/// <param name="file">The journal.</param>
/// <param name="isOptional">Whether changes are made without it where it cannot be written.</param>
/// <param name="clock">The clock.</param>
/// <param name="retention">What is forgotten; null for nothing.</param>
internal sealed class ChangeLedger(
    JournalFile file,
    bool isOptional,
    TimeProvider clock,
    JournalRetention? retention = null) : IDisposable
{
    // So often it is looked for what is to be forgotten.
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    // After so many changes it is less to read the database anew than to do them again.
    private const int MostFollowed = 5000;

    private const string Unchanged = " Nothing was changed.";

    private KnownRows? known;
    private DateTimeOffset forgot = DateTimeOffset.MinValue;

    /// <summary>Whether changes are made without it where it cannot be written.</summary>
    public bool IsOptional => isOptional;

    /// <summary>The journal.</summary>
    public JournalFile File => file;

    /// <summary>An id for a set that is noted without a group.</summary>
    public string NewSetId() => SetId.New(clock);

    /// <summary>What is told where the journal was at fault; null where something else was.</summary>
    public SarkException? Refusal(Exception error)
    {
        var why = Why(error);
        return why is null ? null : new SarkUnavailableException(
            "Journal",
            Path.GetFileName(file.Path),
            $"Every change is noted in the journal '{Path.GetFileName(file.Path)}', and it cannot be: {why}"
                + (why.EndsWith(Unchanged, StringComparison.Ordinal) ? "" : Unchanged)
                + " Sark:Paths:Journal names another file; with Sark:Journal set to Optional changes are made without it.",
            error)
        { FilePath = file.Path };
    }

    /// <summary>
    /// What is told of something that is no change of rows, and was done although it could not be noted; null where the journal was
    /// not at fault.
    /// </summary>
    /// <param name="what">What was done, as the subject of a sentence.</param>
    /// <param name="error">What went wrong.</param>
    public string? NotNoted(string what, Exception error) => WhyNot(error) is { } why
        ? $"{what} is not noted in the journal '{Path.GetFileName(file.Path)}': {why}"
        : null;

    /// <summary>What is told where something was to be read; null where the journal was not at fault.</summary>
    public string? Unusable(Exception error) => WhyNot(error) is { } why
        ? $"The journal '{Path.GetFileName(file.Path)}' cannot be read: {why}"
        : null;

    private string? WhyNot(Exception error) => Why(error)?.Replace(Unchanged, "", StringComparison.Ordinal)
        ?? (error is SarkException failure ? FileErrors.WithoutPromise(failure) : null);

    private string? Why(Exception error) => error switch
    {
        JournalException { InnerException: SqliteException failure } => SqliteErrors.Translate(failure, file.Path, "Journal").Message,
        JournalException { InnerException: { } cause } => cause.Message,
        _ => null,
    };

    /// <summary>Whether the journal had no room for what was to be noted.</summary>
    public static bool IsFull(Exception error) =>
        error is JournalException { InnerException: SqliteException { SqliteErrorCode: raw.SQLITE_FULL } };

    /// <summary>Makes durable what a group is about to commit.</summary>
    /// <param name="marker">The marker that the commit carries.</param>
    /// <param name="group">The group.</param>
    public void Prepare(int marker, IEnumerable<WriteRequest> group)
    {
        var sets = new List<(WriteRequest Request, JournalSet Set)>();
        foreach (var request in group.Where(r => r.HasChanges))
        {
            var intent = request.Intent;
            var id = SetId.New(clock);
            var answer = intent.Repeatable is { } again && request.AnswerAgain(id) is { } bytes ? new KeptAnswer(again, bytes) : null;
            sets.Add((
                request,
                new JournalSet(id, intent.Cause, intent.Origin, intent.Reason, intent.Undoes, request.Rows, answer)));
        }

        file.Prepare(marker, sets.Select(s => s.Set));
        // Not before: what is not in the journal has no id in it.
        sets.ForEach(s => s.Request.SetId = s.Set.Id);
    }

    /// <summary>Refuses a request that was done before.</summary>
    /// <param name="repeatable">The request; null for one that is not sent again.</param>
    /// <param name="state">The state of the database; null where the journal cannot be read.</param>
    /// <exception cref="AnsweredBeforeException">It was.</exception>
    /// <exception cref="SarkException">The key is that of another request.</exception>
    public void RequireNew(Repeatable? repeatable, KnownState? state)
    {
        if (repeatable is not null && state is not null && FindAnswer(repeatable) is { } answer)
        {
            throw new AnsweredBeforeException(answer);
        }
    }

    /// <summary>The answer to a request that was done before; null where it was not.</summary>
    /// <exception cref="SarkException">The key is that of another request.</exception>
    public byte[]? FindAnswer(Repeatable repeatable) => file.ReadAnswer(repeatable)?.To(repeatable);

    /// <summary>Says that what was prepared is committed. Where that cannot be said, the marker tells whoever comes next.</summary>
    /// <param name="marker">The marker.</param>
    /// <param name="before">The state before.</param>
    public void Keep(int marker, KnownState before) => Quietly(() => file.Keep(marker, before.NextCounter));

    /// <summary>Forgets what was prepared and not committed. Where that cannot be done, the marker tells whoever comes next.</summary>
    public void Discard(int marker) => Quietly(() => file.Discard(marker));

    /// <inheritdoc/>
    public void Dispose()
    {
        known?.Dispose();
        known = null;
        file.Dispose();
    }

    private static void Quietly(Action work)
    {
        try
        {
            work();
        }
        catch (JournalException)
        {
            // What became of the group is told by the marker, to this process as well.
        }
    }

    /// <summary>Brings the journal up to the database. To be called with the lock held, and before anything is written.</summary>
    /// <param name="connection">The connection that holds it.</param>
    /// <param name="statements">Its statements.</param>
    /// <returns>The state of the database.</returns>
    /// <exception cref="JournalException">The journal cannot be read or written.</exception>
    public KnownState CatchUp(SqliteConnection connection, Statements statements)
    {
        file.Begin();
        var state = Find(connection, statements);
        if (clock.GetUtcNow() - forgot > ForgetEvery)
        {
            forgot = clock.GetUtcNow();
            file.ForgetIntents();
            if (retention is not null)
            {
                file.Forget(forgot - retention.Age, retention.Bytes, () => Image(connection));
            }
        }

        return state;
    }

    private KnownState Find(SqliteConnection connection, Statements statements)
    {
        var marker = (int)(long)statements.Value("PRAGMA user_version")!;
        var counter = DatabaseHeader.CommitCount(connection);
        var state = file.ReadState();
        if (state?.Pending is { } pending)
        {
            if (pending == marker)
            {
                // Where a write-ahead log is used the count stands still.
                file.Keep(pending, Math.Min(state.NextCounter, counter));
            }
            else
            {
                file.Discard(pending);
            }

            state = file.ReadState();
        }

        if (state is not null && state.Marker == marker && state.Counter == counter)
        {
            return state;
        }

        if (state is null || state.Marker != marker || state.Counter > counter || !TryNoteOthers(state, counter, connection, statements))
        {
            file.BeginEpoch(marker, counter, Image(connection));
        }

        return file.ReadState()!;
    }

    // Others have committed since.
    private bool TryNoteOthers(KnownState state, uint counter, SqliteConnection connection, Statements statements)
    {
        if (known?.Epoch != state.Epoch)
        {
            known?.Dispose();
            known = null;
        }

        known ??= KnownRows.Read(file, state.Epoch);
        if (!known.TryFollow(file))
        {
            known.Dispose();
            known = null;
            return false;
        }

        file.AddOutside(counter, known.Differences(statements));
        var isSameSchema = known.HasSchemaOf(statements);
        if (!isSameSchema || known.Count > MostFollowed)
        {
            file.WriteBase(Image(connection));
            known.Dispose();
            known = null;
        }

        return true;
    }

    /// <summary>A marker that the database does not carry yet.</summary>
    public static int NewMarker(KnownState? state)
    {
        while (true)
        {
            var marker = RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue);
            if (marker != 0 && marker != state?.Marker)
            {
                return marker;
            }
        }
    }

    private static byte[] Image(SqliteConnection connection)
    {
        var image = raw.sqlite3_serialize(connection.Handle, "main", out var length, 0);
        if (image == IntPtr.Zero)
        {
            SqliteException.ThrowExceptionForRC(raw.SQLITE_NOMEM, connection.Handle);
        }

        try
        {
            var bytes = new byte[length];
            System.Runtime.InteropServices.Marshal.Copy(image, bytes, 0, bytes.Length);
            return bytes;
        }
        finally
        {
            raw.sqlite3_free(image);
        }
    }
}
