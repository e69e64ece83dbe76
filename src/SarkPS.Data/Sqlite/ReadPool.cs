using Microsoft.Data.Sqlite;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// The connections that a service reads with. The one that came back last is given out first: under a light load always
/// the same one works, whose statements and answers are warm.
/// </summary>
internal sealed class ReadPool(SqliteDatabase database, long cacheBytes) : IDisposable
{
    // More threads than cores do not read faster; who finds none of them free opens one for himself.
    private static readonly int MaximumIdle = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly Stack<ReadConnection> idle = new();
    private bool isDisposed;

    /// <summary>Rows as JSON.</summary>
    /// <inheritdoc cref="ReadConnection.Answer"/>
    /// <exception cref="SarkException">The database cannot be read.</exception>
    public byte[]? Answer(AnswerKey key, Func<RowQuery> makeQuery)
    {
        ReadConnection? connection = null;
        try
        {
            connection = Rent();
            var answer = connection.Answer(key, makeQuery);
            Return(connection);
            connection = null;
            return answer;
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
    }

    private ReadConnection Rent()
    {
        while (TryPop() is { } connection)
        {
            var isGood = false;
            try
            {
                isGood = connection.Refresh();
            }
            finally
            {
                if (!isGood)
                {
                    connection.Dispose();
                }
            }

            if (isGood)
            {
                return connection;
            }
        }

        var opened = database.Open(isPooled: false);
        try
        {
            return new ReadConnection(opened, database.Path, cacheBytes / MaximumIdle);
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
            if (!isDisposed && idle.Count < MaximumIdle)
            {
                idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }
}
