using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Commands;

/// <summary>
/// What has changed since SARK's generator last wrote Asterisk's configuration. When that was, the generated files tell.
/// What it worked on is in the copy that SarkPS keeps with each commit of its own; for a commit of SARK's pages in the
/// snapshot that they take with it, or in SARK's running copy, as long as no timer has renewed that. So changes by any
/// program are seen, also of tables without audit rows, and commits by any.
/// </summary>
/// <param name="options">Where everything lies.</param>
/// <param name="database">The live database.</param>
/// <param name="generated">The generated files.</param>
internal sealed class CommitLedger(SarkOptions options, string database, GeneratedConfiguration generated)
{
    private const int MaximumChanges = 100;
    private const string TemporaryPrefix = ".sarkps-committed.";

    // SARK takes its copies right after the files are written. What comes later may hold later changes.
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(1);

    private readonly string kept = options.Rooted(options.Paths.GeneratedDatabase);

    // By its time it belongs to one run of the generator, as what is kept does.
    private readonly string failed = options.Rooted(options.Paths.GeneratedDatabase) + ".failed";

    /// <summary>Copies the live database before the generator reads it.</summary>
    /// <param name="warnings">Gets a sentence where that does not work.</param>
    /// <returns>The copy, to be kept or thrown away; null where there is none.</returns>
    public async Task<TemporaryFile?> CopyAsync(ICollection<string> warnings)
    {
        TemporaryFile? copy = null;
        try
        {
            var folder = Path.GetDirectoryName(kept)!;
            foreach (var stale in Directory.GetFiles(folder, TemporaryPrefix + "*"))
            {
                FileClaim.DeleteIfAbandoned(stale);
            }

            copy = new TemporaryFile(Path.Combine(folder, $"{TemporaryPrefix}{Guid.NewGuid():N}"));
            await DatabaseFile.CopyAsync(database, copy.Path, "Commit", CancellationToken.None).ConfigureAwait(false);
            return copy;
        }
        catch (Exception e) when (e is SarkException or IOException or UnauthorizedAccessException)
        {
            copy?.Dispose();
            warnings.Add(NotKept(e));
            return null;
        }
    }

    /// <summary>Keeps the copy as what the last commit worked on.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="warnings">Gets a sentence where that does not work.</param>
    public void Keep(TemporaryFile copy, ICollection<string> warnings)
    {
        try
        {
            Posix.DressAsSecret(copy.Path, Posix.Status(Path.GetDirectoryName(kept)!)!.Value);
            // By its time it belongs to this run of the generator and to no later one.
            File.SetLastWriteTimeUtc(copy.Path, generated.LastRun!.Value);
            File.Move(copy.Path, kept, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add(NotKept(e));
        }
    }

    /// <summary>Notes that the last run of the generator failed: SARK's own copies, taken all the same, would say otherwise.</summary>
    /// <param name="before">When the run before it was; it is that one still where nothing was written to the end.</param>
    /// <param name="warnings">Gets a sentence where that does not work.</param>
    public void Fail(DateTime? before, ICollection<string> warnings)
    {
        if (generated.LastRun is not { } last || last == before)
        {
            return;
        }

        try
        {
            File.WriteAllBytes(failed, []);
            File.SetLastWriteTimeUtc(failed, last);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add(
                $"That this commit failed could not be noted, so that Get-SarkCommitStatus may take it for one that did not: {e.Message}");
        }
    }

    /// <summary>What is due for a commit.</summary>
    /// <exception cref="SarkUnavailableException">The database cannot be read.</exception>
    public async Task<CommitStatus> ReadAsync(CancellationToken cancellationToken)
    {
        if (generated.LastRun is not { } last)
        {
            return new CommitStatus(true, null, null, null, []);
        }

        var isIncomplete = generated.IsIncomplete || Time(failed) == last;
        var time = new DateTimeOffset(last, TimeSpan.Zero);
        foreach (var (basis, path) in Bases(last))
        {
            if (!await DatabaseFile.IsDatabaseAsync(path, "Commit", cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                // In a transaction nothing can be attached; who finds the database locked waits before.
                await DatabaseFile.WhenFreeAsync(database, "Commit", cancellationToken).ConfigureAwait(false);
                var (changes, tables) = Compare(path);
                var newest = changes.FirstOrDefault(change => change.Time is not null);
                return new CommitStatus(
                    isIncomplete || tables.Count > 0,
                    time,
                    newest?.Time,
                    newest?.By,
                    [.. changes.Take(MaximumChanges)])
                { Tables = tables, Incomplete = isIncomplete, Basis = basis };
            }
            catch (SqliteException e)
            {
                throw SqliteErrors.Translate(e, database, "Commit");
            }
        }

        return new CommitStatus(true, time, null, null, []) { Incomplete = isIncomplete };
    }

    private static string NotKept(Exception e) =>
        "The commit is not affected, but no copy of what it worked on could be kept, so that Get-SarkCommitStatus goes by SARK's "
            + $"own copies: {e.Message}";

    // What the generator may have worked on, the surest first.
    private IEnumerable<(CommitBasis Basis, string Path)> Bases(DateTime last)
    {
        if (Time(kept) == last)
        {
            yield return (CommitBasis.Kept, kept);
        }

        var running = options.Rooted(options.Paths.CommittedDatabase);
        (CommitBasis Basis, string Path, DateTime Time)[] all = [.. Snapshots(), (CommitBasis.Copy, running, Time(running)
            ?? DateTime.MaxValue)];
        // Snapshots have whole seconds in their names.
        var second = last.AddTicks(-(last.Ticks % TimeSpan.TicksPerSecond));
        foreach (var (basis, path, _) in all.Where(one => one.Time >= second && one.Time <= last + Together).OrderBy(one => one.Time))
        {
            yield return (basis, path);
        }

        all = [.. all, (CommitBasis.Kept, kept, Time(kept) ?? DateTime.MaxValue)];
        foreach (var (_, path, _) in all.Where(one => one.Time < second).OrderByDescending(one => one.Time))
        {
            yield return (CommitBasis.Earlier, path);
        }
    }

    private IEnumerable<(CommitBasis Basis, string Path, DateTime Time)> Snapshots()
    {
        var folder = new DirectoryInfo(options.Rooted(options.Paths.Snapshots));
        if (!folder.Exists)
        {
            return [];
        }

        try
        {
            return
            [
                .. folder.EnumerateFiles().Where(file => FileStores.Snapshots.IsName(file.Name))
                    .Select(file => (file.FullName, new Snapshot(file.Name, 0, default).Taken))
                    .Where(one => one.Taken is not null)
                    .Select(one => (CommitBasis.Snapshot, one.FullName, one.Taken!.Value.UtcDateTime)),
            ];
        }
        catch (UnauthorizedAccessException)
        {
            // Whoever may not look there has the other copies.
            return [];
        }
    }

    private static DateTime? Time(string path) => new FileInfo(path) is { Exists: true } file ? file.LastWriteTimeUtc : null;

    private (List<PendingChange> Changes, List<PendingTable> Tables) Compare(string committed)
    {
        using var connection = DatabaseFile.Open(database, SqliteOpenMode.ReadWrite);
        connection.Execute("ATTACH DATABASE @committed AS committed", new { committed });
        var live = Tables(connection, "main");
        var before = Tables(connection, "committed");
        var changes = new List<PendingChange>();
        var tables = new List<PendingTable>();
        foreach (var table in live.Keys.Union(before.Keys, StringComparer.OrdinalIgnoreCase).Where(CommitTables.Counts)
            .Order(StringComparer.OrdinalIgnoreCase))
        {
            var own = Compare(connection, table, live.GetValueOrDefault(table) ?? [], before.GetValueOrDefault(table) ?? []);
            var pending = new PendingTable(
                table,
                own.Count(change => change.Action == Insert),
                own.Count(change => change.Action == Update),
                own.Count(change => change.Action == Delete));
            if (own.Count > 0)
            {
                tables.Add(pending);
            }
            else if (!Names(live.GetValueOrDefault(table) ?? []).SetEquals(Names(before.GetValueOrDefault(table) ?? [])))
            {
                tables.Add(pending);
                own.Add(new PendingChange(Update, table, "", null, null));
            }

            changes.AddRange(own);
        }

        return ([.. changes.OrderByDescending(change => change.Time ?? DateTimeOffset.MinValue)], tables);

        static HashSet<string> Names(IEnumerable<TableColumn> columns) =>
            columns.Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private const string Insert = "INSERT";
    private const string Update = "UPDATE";
    private const string Delete = "DELETE";

    // Rows that are in one of the two only, and rows of the same primary key with another value in a column that both have.
    private static List<PendingChange> Compare(
        SqliteConnection connection,
        string table,
        IReadOnlyList<TableColumn> live,
        IReadOnlyList<TableColumn> before)
    {
        var name = RowSession.Quote(table);
        var changes = new List<PendingChange>();
        var there = before.Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var common = live.Where(column => there.Contains(column.Name)).ToArray();
        var keys = common.Where(column => column.IsKey).Select(column => RowSession.Quote(column.Name)).ToArray();
        // A row without a key is known by the number that SQLite gives it.
        var same = string.Join(" AND ", (keys.Length > 0 ? keys : ["rowid"]).Select(column => $"l.{column} IS c.{column}"));
        if (before.Count == 0 || live.Count == 0)
        {
            changes.AddRange(
                live.Count > 0 ? Rows(Insert, live, $"FROM main.{name} AS l") : Rows(Delete, before, $"FROM committed.{name} AS l"));
            return changes;
        }

        changes.AddRange(Rows(Insert, live, $"FROM main.{name} AS l WHERE NOT EXISTS (SELECT 1 FROM committed.{name} AS c WHERE {same})"));
        changes.AddRange(
            Rows(Delete, before, $"FROM committed.{name} AS l WHERE NOT EXISTS (SELECT 1 FROM main.{name} AS c WHERE {same})"));
        var values = common.Where(column => !column.IsKey && !Bookkeeping.IsStamp(column.Name)
            && !Bookkeeping.IsOfTimers(table, column.Name)).ToArray();
        if (values.Length > 0)
        {
            var differs = string.Join(
                " OR ",
                values.Select(column => $"l.{RowSession.Quote(column.Name)} IS NOT c.{RowSession.Quote(column.Name)}"));
            changes.AddRange(Rows(Update, live, $"FROM main.{name} AS l JOIN committed.{name} AS c ON {same} WHERE {differs}"));
        }

        return changes;

        IEnumerable<PendingChange> Rows(string action, IReadOnlyList<TableColumn> columns, string from)
        {
            bool Has(string column) => columns.Any(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));
            // Rows are called by their pkey, also where the schema has another key.
            var key = Has("pkey") ? "l.pkey" : string.Join(
                " || '/' || ",
                columns.Where(column => column.IsKey)
                    .Select(column => $"l.{RowSession.Quote(column.Name)}")) is { Length: > 0 } parts ? parts : "''";
            var isGone = action == Delete;
            var time = isGone
                ? $"(SELECT max(tstamp) FROM main.master_audit AS a WHERE a.act = '{Delete}' AND a.relation = @table COLLATE NOCASE AND "
                    + $"a.owner = {key})" : Has("z_updated") ? "l.z_updated" : "NULL";
            return connection.Query<(string? Key, string? Time, string? By)>(
                $"SELECT CAST({key} AS TEXT), CAST({time} AS TEXT), CAST({(!isGone && Has("z_updater") ? "l.z_updater" : "NULL")} AS "
                    + $"TEXT) {from}", new { table })
                .Select(row => new PendingChange(action, table, row.Key ?? "", Moment(row.Time), row.By));
        }
    }

    private static Dictionary<string, TableColumn[]> Tables(SqliteConnection connection, string schema) =>
        connection.Query<(string Table, string Column, bool IsKey)>(
            $"SELECT t.name, c.name, c.pk > 0 FROM {schema}.sqlite_master AS t, pragma_table_info(t.name, '{schema}') AS c WHERE t.type "
                + "= 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid")
            .GroupBy(c => c.Table, c => new TableColumn(c.Column, c.IsKey), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(t => t.Key, t => t.ToArray(), StringComparer.OrdinalIgnoreCase);

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParseExact(
            text,
            "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time) ? time : null;

    private sealed record TableColumn(string Name, bool IsKey);
}
