using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// The connections that a service reads with. The one that came back last is given out first: under a light load always
/// the same one works, whose statements and answers are warm. Who finds the database locked waits without a thread.
/// </summary>
internal sealed class ReadPool(SqliteDatabase database, long cacheBytes) : IDisposable
{
    /// <summary>A list that is longer is made once for all who ask, in a file.</summary>
    internal const int LongestInMemory = 2 * 1024 * 1024;

    // Filters are the client's choice, so there could be any number of lists.
    private const int MaximumKnown = 1024;

    // More threads than cores do not read faster; who finds none of them free opens one for himself.
    private static readonly int MaximumIdle = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly Stack<ReadConnection> idle = new();
    private readonly LongLists longLists = new(database);

    // Lists that were too long when they were last made.
    private readonly ConcurrentDictionary<AnswerKey, bool> known = new();
    private bool isDisposed;

    /// <summary>Rows as JSON, to be disposed by the caller.</summary>
    /// <param name="key">What the answer is known by.</param>
    /// <param name="makeQuery">The query, asked for when the answer is not known.</param>
    /// <param name="cancellationToken">Ends the waiting and the work.</param>
    /// <returns>A list, or for a single row the object; null where there is no such row.</returns>
    /// <exception cref="SarkException">The database cannot be read.</exception>
    public ValueTask<JsonRows?> AnswerAsync(AnswerKey key, QueryMaker makeQuery, CancellationToken cancellationToken) =>
        IsShort(key) && Try(key, makeQuery, out var answer) == Outcome.Done
            ? new ValueTask<JsonRows?>(answer)
            : AnswerSlowlyAsync(key, makeQuery, cancellationToken);

    public void Dispose()
    {
        lock (idle)
        {
            isDisposed = true;
            while (idle.TryPop(out var connection))
            {
                connection.Dispose();
            }
        }

        longLists.Dispose();
    }

    /// <summary>Closes what is not in use.</summary>
    public void Clear()
    {
        lock (idle)
        {
            while (idle.TryPop(out var connection))
            {
                connection.Dispose();
            }
        }

        longLists.Clear();
    }

    private bool IsShort(AnswerKey key) => known.IsEmpty || !known.ContainsKey(key);

    private async ValueTask<JsonRows?> AnswerSlowlyAsync(AnswerKey key, QueryMaker makeQuery, CancellationToken cancellationToken)
    {
        var wait = database.StartWait();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsShort(key))
            {
                var rows = await longLists.AnswerAsync(key, makeQuery, cancellationToken).ConfigureAwait(false);
                if (rows.Length <= LongestInMemory / 2)
                {
                    known.TryRemove(key, out _);
                }

                return rows;
            }

            switch (Try(key, makeQuery, out var answer))
            {
                case Outcome.Done:
                    return answer;
                case Outcome.TooLong:
                    if (known.Count >= MaximumKnown)
                    {
                        known.Clear();
                    }

                    known[key] = true;
                    break;
                default:
                    await database.NextAsync(wait, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private Outcome Try(AnswerKey key, QueryMaker makeQuery, out JsonRows? answer)
    {
        answer = null;
        ReadConnection? connection = null;
        try
        {
            connection = Rent(out var isBusy);
            var outcome = isBusy
                ? Outcome.Busy
                : connection.TryAnswer(key, makeQuery, LongestInMemory, out answer) ? Outcome.Done : Outcome.TooLong;
            Return(connection);
            connection = null;
            return outcome;
        }
        catch (SarkValidationException) when (connection is not null)
        {
            // What was wrong is the question.
            Return(connection);
            connection = null;
            throw;
        }
        catch (SqliteException error) when (SqliteErrors.IsBusy(error.SqliteErrorCode))
        {
            return Outcome.Busy;
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, database.Path);
        }
        finally
        {
            // One that failed is not used again.
            connection?.Dispose();
        }
    }

    private ReadConnection Rent(out bool isBusy)
    {
        while (true)
        {
            var connection = TryPop() ?? Open(database, cacheBytes / MaximumIdle);
            var freshness = Freshness.Replaced;
            try
            {
                freshness = connection.Refresh();
            }
            finally
            {
                if (freshness == Freshness.Replaced)
                {
                    connection.Dispose();
                }
            }

            if (freshness != Freshness.Replaced)
            {
                isBusy = freshness == Freshness.Busy;
                return connection;
            }
        }
    }

    /// <summary>A connection of one's own that reads.</summary>
    internal static ReadConnection Open(SqliteDatabase database, long cacheBytes)
    {
        var opened = database.Open(isPooled: false);
        try
        {
            return new ReadConnection(opened, database, cacheBytes);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private ReadConnection? TryPop()
    {
        lock (idle)
        {
            return idle.TryPop(out var connection) ? connection : null;
        }
    }

    private void Return(ReadConnection connection)
    {
        lock (idle)
        {
            if (!isDisposed && idle.Count < MaximumIdle && !connection.IsAbandoned)
            {
                idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }

    private enum Outcome
    {
        Done,
        TooLong,
        Busy,
    }
}
