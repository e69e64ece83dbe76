using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Lists that are too long for memory. They are made one after the other, in files without a name in the folder for
/// temporary files; whoever asks for the same one while nobody has changed the database is given the same file. A client
/// that reads slowly holds a file, and neither memory nor the database.
/// </summary>
internal sealed class LongLists(SqliteDatabase database) : IDisposable
{
    // So many may wait for their turn, and so long.
    private const int MaximumWaiting = 256;

    // So many files may be in use at a time.
    private const int MaximumFiles = 8;

    private static readonly TimeSpan MaximumTurn = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // Nothing is kept for longer than this when nobody asks.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<AnswerKey, JsonRows> lists = [];
    private ReadConnection? connection;
    private Timer? idle;
    private int waiting;
    private int files;
    private bool isDisposed;

    /// <summary>A list, to be disposed by the caller.</summary>
    /// <inheritdoc cref="ReadPool.AnswerAsync"/>
    public async ValueTask<JsonRows> AnswerAsync(AnswerKey key, QueryMaker makeQuery, CancellationToken cancellationToken)
    {
        // The time for a lock begins when there is one: others may have been before us.
        LockWait? wait = null;
        while (true)
        {
            await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (Try(key, makeQuery, cancellationToken) is { } rows)
                {
                    return rows;
                }
            }
            catch (SqliteException error) when (SqliteErrors.IsBusy(error.SqliteErrorCode))
            {
                Forget();
            }
            catch (SqliteException error)
            {
                Forget();
                throw SqliteErrors.Translate(error, database.Path);
            }
            catch (IOException error)
            {
                throw new SarkUnavailableException(
                    "List",
                    null,
                    $"A long list could not be kept in '{Path.GetTempPath()}': {error.Message}",
                    error);
            }
            finally
            {
                if (connection is { IsAbandoned: true })
                {
                    Forget();
                }

                turn.Release();
            }

            await database.NextAsync(wait ??= database.StartWait(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connection; who has the turn does it when it ends.</summary>
    public void Clear()
    {
        if (turn.Wait(0))
        {
            Forget();
            turn.Release();
        }
    }

    public void Dispose()
    {
        turn.Wait();
        isDisposed = true;
        Forget();
        idle?.Dispose();
        turn.Release();
    }

    private async ValueTask TakeTurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > MaximumWaiting
                || !await turn.WaitAsync(MaximumTurn, cancellationToken).ConfigureAwait(false))
            {
                throw TooMany();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    // Null while another holds the database.
    private JsonRows? Try(AnswerKey key, QueryMaker makeQuery, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        connection ??= ReadPool.Open(database, cacheBytes: 0);
        switch (connection.Refresh())
        {
            case Freshness.Busy:
                return null;
            case Freshness.Replaced:
                Forget();
                return Try(key, makeQuery, cancellationToken);
            case Freshness.Changed:
                ForgetLists();
                break;
        }

        if (lists.TryGetValue(key, out var known))
        {
            StartIdle();
            return known.Share();
        }

        if (Volatile.Read(ref files) >= MaximumFiles)
        {
            // Those that nobody reads any more make room.
            ForgetLists();
            if (Volatile.Read(ref files) >= MaximumFiles)
            {
                throw TooMany();
            }
        }

        var file = OpenFile();
        try
        {
            var (length, tag, place) = connection.Spool(makeQuery, file, cancellationToken);
            var rows = new JsonRows(file, length, tag, () => Interlocked.Decrement(ref files), place);
            Interlocked.Increment(ref files);
            lists[key] = rows;
            StartIdle();
            return rows.Share();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Passwords are in it: nobody else may open it, and it is gone with the last who reads it, or with the process.
    private static SafeFileHandle OpenFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"sarkps-list-{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        }

        using var made = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        return file;
    }

    private void StartIdle()
    {
        idle ??= new Timer(_ => EndIdle());
        idle.Change(Kept, Timeout.InfiniteTimeSpan);
    }

    private void EndIdle()
    {
        // Who has the turn now starts the time anew.
        if (turn.Wait(0))
        {
            if (!isDisposed)
            {
                Forget();
            }

            turn.Release();
        }
    }

    private void Forget()
    {
        ForgetLists();
        connection?.Dispose();
        connection = null;
    }

    private void ForgetLists()
    {
        foreach (var rows in lists.Values)
        {
            rows.Dispose();
        }

        lists.Clear();
    }

    private static SarkUnavailableException TooMany() =>
        new("List", null, "Too many long lists are being made or sent at the moment. Try again in a few seconds, or filter the list.")
        {
            RetryAfter = RetryAfter
        };
}
