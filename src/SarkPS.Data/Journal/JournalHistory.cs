using Dapper;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data.Journal;

/// <summary>Reads a journal for people: what is resolved, with secrets masked.</summary>
/// <param name="path">The journal.</param>
internal sealed class JournalHistory(string path)
{
    private const int BusyMilliseconds = 2000;

    private const string Lines = """
        SELECT e.seq AS Sequence, s.id AS ChangeSet, s.time AS Milliseconds, s.cause AS Cause, s.actor AS Actor, s.address AS Address,
            s.request AS Request, s.reason AS Reason, s.undoes AS Undoes, s.epoch < (SELECT epoch FROM state) AS IsOld,
            e.resource AS Resource, e.table_name AS TableName, e.key AS Key, e.action AS Action, e.before AS Before, e.after AS After
        FROM entries AS e JOIN sets AS s ON s.number = e.set_number
        """;

    // Rows of this epoch that were changed after some place, in tables that count.
    private const string Since = "s.pending IS NULL AND s.epoch = (SELECT epoch FROM state) AND e.seq > @after AND e.table_name <> '' AND "
        + "lower(e.table_name) NOT IN @others";

    /// <summary>The changes that a query asks for.</summary>
    /// <exception cref="SarkException">The journal cannot be read.</exception>
    public ChangePage Read(ChangeQuery query) =>
        File.Exists(path) ? Connected(connection => Read(connection, query)) : new ChangePage([], null);

    /// <summary>What was changed since the database was as it is known from some place on.</summary>
    /// <param name="after">The sequence number of the last change that does not count; only of this epoch any does.</param>
    /// <param name="others">The tables whose rows do not count.</param>
    /// <param name="limit">How many sets, and how many changes, are told at most.</param>
    /// <exception cref="SarkException">The journal cannot be read.</exception>
    public (int Count, IReadOnlyList<CommitSet> Sets, IReadOnlyList<ChangeEntry> Changes) ReadSince(
        long after,
        IEnumerable<string> others,
        int limit) => Connected(connection =>
    {
        var values = new { after, others = others.Select(o => o.ToLowerInvariant()).ToArray(), limit };
        var sets = connection.Query<Line>(
            $"""
            SELECT s.id AS ChangeSet, s.time AS Milliseconds, s.cause AS Cause, s.actor AS Actor, s.address AS Address, s.reason AS Reason,
                count(*) AS Count
            FROM entries AS e JOIN sets AS s ON s.number = e.set_number WHERE {Since}
            GROUP BY s.number ORDER BY max(e.seq) DESC LIMIT @limit
            """,
            values);
        return (
            connection.ExecuteScalar<int>(
                $"SELECT count(*) FROM entries AS e JOIN sets AS s ON s.number = e.set_number WHERE {Since}",
                values),
            (IReadOnlyList<CommitSet>)[.. sets.Select(s => s.Told((int)s.Count))],
            (IReadOnlyList<ChangeEntry>)
            [
                .. connection.Query<Line>($"{Lines} WHERE {Since} ORDER BY e.seq DESC LIMIT @limit", values).Select(l => l.Told()),
            ]);
    });

    private T Connected<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            using var connection = DatabaseFile.Open(path, SqliteOpenMode.ReadWrite, BusyMilliseconds);
            return read(connection);
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, path, "Journal");
        }
    }

    /// <summary>The sequence number of the last change; 0 for none.</summary>
    /// <exception cref="SarkException">The journal cannot be read.</exception>
    public long LastSequence() => Read(new ChangeQuery { Limit = 1 }).Changes is [var last, ..] ? last.Sequence : 0;

    private static ChangePage Read(SqliteConnection connection, ChangeQuery query)
    {
        var isForward = query.After is not null;
        var parameters = new DynamicParameters();
        var conditions = new List<string> { "s.pending IS NULL" };
        Add("s.time >= @from", "from", query.From?.ToUnixTimeMilliseconds());
        Add("s.time < @to", "to", query.To?.ToUnixTimeMilliseconds());
        Add("s.actor = @actor", "actor", query.Actor);
        Add("e.resource = @resource", "resource", query.Resource?.Route);
        Add("e.key = @key", "key", query.Key);
        Add("lower(e.key) GLOB lower(@pattern)", "pattern", query.KeyPattern);
        Add("s.id = @set", "set", query.ChangeSet);
        Add("e.seq > @after", "after", query.After);
        Add("e.seq < @before", "before", query.Before);
        // One more than is asked for tells whether there are more.
        parameters.Add("limit", query.Limit + 1L);
        var rows = connection.Query<Line>(
            $"{Lines} WHERE {string.Join(" AND ", conditions)} ORDER BY e.seq {(isForward ? "ASC" : "DESC")} LIMIT @limit",
            parameters).AsList();
        var isMore = rows.Count > query.Limit;
        var told = rows.Take(query.Limit).Select(r => r.Told()).ToArray();
        return new ChangePage(told, isMore ? told[^1].Sequence : null);

        void Add(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                parameters.Add(name, value);
            }
        }
    }

    private sealed class Line
    {
        public long Sequence { get; init; }

        public string ChangeSet { get; init; } = "";

        public long Milliseconds { get; init; }

        public long Cause { get; init; }

        public string? Actor { get; init; }

        public string? Address { get; init; }

        public string? Request { get; init; }

        public string? Reason { get; init; }

        public string? Undoes { get; init; }

        public long IsOld { get; init; }

        public string? Resource { get; init; }

        public string TableName { get; init; } = "";

        public string Key { get; init; } = "";

        public long Action { get; init; }

        public string? Before { get; init; }

        public string? After { get; init; }

        public long Count { get; init; }

        // When changes from outside were made is not known, only when they were found.
        private DateTimeOffset? Time =>
            (ChangeCause)Cause == ChangeCause.Outside ? null : DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);

        public CommitSet Told(int count) => new(ChangeSet, Time, (ChangeCause)Cause, Actor, Address, Reason, count);

        public ChangeEntry Told()
        {
            var resource = SarkResources.OfRoute(Resource);
            return new ChangeEntry
            {
                Sequence = Sequence,
                ChangeSet = ChangeSet,
                Time = Time,
                Cause = (ChangeCause)Cause,
                Actor = Actor,
                Address = Address,
                Request = Request,
                Reason = Reason,
                Undoes = Undoes,
                IsBeforeRestore = IsOld != 0,
                Resource = Resource,
                Table = TableName,
                Key = Key,
                Action = (RowAction)Action,
                Before = Before is null ? null : Masks.Row(resource, RowImage.FromJson(Before)),
                After = After is null ? null : Masks.Row(resource, RowImage.FromJson(After)),
            };
        }
    }
}
