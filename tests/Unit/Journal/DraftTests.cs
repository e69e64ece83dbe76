using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Data;

namespace SarkPS.Tests.Journal;

/// <summary>Changes that are tried on a copy, and then made as one set that comes to what was told of them.</summary>
public sealed class DraftTests
{
    public static TheoryData<string> Kinds => TemporaryDatabase.Kinds;

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_told_in_a_draft_is_what_is_stored(string kind)
    {
        using var database = new JournalDatabase(kind);
        await using var draft = await database.Changes.BeginDraftAsync(default);
        var before = database.Content();
        await TryAsync(draft, Steps.Tenant("acme"));
        await TryAsync(draft, Steps.Extension("4401", "acme"));
        await TryAsync(
            draft,
            Steps.Create(SarkPS.DayTimer.Descriptor, ("cluster", "acme"), ("timespan", "12:00-13:00")) with { Id = "t" },
            new ChangeStep(ChangeAction.Update, SarkPS.DayTimer.Descriptor)
            {
                KeyOf = "t",
                Values = DatabaseExtensions.Values(("desc", "lunch")),
            });
        var told = await RowsAsync(draft.Tables);
        Assert.Empty(before.ChangesTo(database.Content()));
        Assert.Empty(await database.HistoryAsync());

        var plan = await draft.ApplyAsync(true, ChangeOrigin.Local, null, default);
        Assert.False(plan.IsApplied);
        Assert.Empty(before.ChangesTo(database.Content()));
        var result = await draft.ApplyAsync(false, ChangeOrigin.Local, "a new customer", default);

        Assert.True(result.IsApplied);
        Assert.Equal(plan.Steps.Select(s => (s.Outcome, s.Key)), result.Steps.Select(s => (s.Outcome, s.Key)));
        // Passwords, names of timers and numbers are drawn; they are those that were told.
        Assert.Equal(told, await RowsAsync(database.Store));
        var history = await database.HistoryAsync();
        Assert.Equal([result.ChangeSet], history.Select(c => c.ChangeSet).Distinct());
        Assert.All(history, c => Assert.Equal("a new customer", c.Reason));
        await database.Changes.UndoAsync(result.ChangeSet!, false, ChangeOrigin.Local, null, default);
        Assert.Empty(before.ChangesTo(database.Content()));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_row_that_others_have_changed_removed_or_made_meanwhile_is_named(string kind)
    {
        using var database = new JournalDatabase(kind);
        await database.MakeAsync(Steps.Tenant("acme"), Steps.Tenant("other"), Steps.Extension("4401"), Steps.Extension("4402"));
        (ChangeStep[] Draft, ChangeStep Meanwhile, string Named)[] cases =
        [
            ([Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10))],
                Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("description", "by another")),
                "the tenant 'acme' was changed"),
            ([Steps.Remove(SarkPS.Extension.Descriptor, "4401")],
                Steps.Update(SarkPS.Extension.Descriptor, "4401", ("desc", "Hall")),
                "the extension '4401' was changed"),
            ([Steps.Update(SarkPS.Extension.Descriptor, "4402", ("desc", "Hall"))],
                Steps.Remove(SarkPS.Extension.Descriptor, "4402"),
                "the extension '4402' was removed"),
            ([Steps.Tenant("third"), Steps.Update(SarkPS.Tenant.Descriptor, "third", ("chanmax", 10))],
                Steps.Tenant("third"),
                "the tenant 'third' was made"),
        ];
        foreach (var (steps, meanwhile, named) in cases)
        {
            await using var draft = await database.Changes.BeginDraftAsync(default);
            foreach (var step in steps)
            {
                await TryAsync(draft, step);
            }

            await database.MakeAsync(meanwhile);
            var before = database.Content();

            foreach (var isRehearsal in new[] { true, false })
            {
                var error = await Assert.ThrowsAsync<SarkException>(
                    () => draft.ApplyAsync(isRehearsal, ChangeOrigin.Local, null, default));
                Assert.Equal(SarkErrorKind.Stale, error.Kind);
                Assert.Contains(named, error.Message, StringComparison.Ordinal);
            }

            Assert.Empty(before.ChangesTo(database.Content()));
        }
    }

    [Fact]
    public async Task Of_two_drafts_that_change_one_row_one_is_made()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("acme"));
        await using var first = await database.Changes.BeginDraftAsync(default);
        await using var second = await database.Changes.BeginDraftAsync(default);
        await TryAsync(first, Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)));
        await TryAsync(second, Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 20)), Steps.Tenant("other"));

        var outcomes = await Task.WhenAll(new[] { first, second }.Select(async draft =>
        {
            try
            {
                return (await draft.ApplyAsync(false, ChangeOrigin.Local, null, default)).IsApplied;
            }
            catch (SarkException error) when (error.Kind == SarkErrorKind.Stale)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, made => made);
        Assert.Equal(
            [outcomes[0] ? "10|0" : "20|1"],
            database.Query("SELECT chanmax, (SELECT count(*) FROM Cluster WHERE pkey = 'other') FROM Cluster WHERE pkey = 'acme'"));
    }

    [Fact]
    public async Task A_database_with_a_write_ahead_log_keeps_it()
    {
        using var database = new JournalDatabase();
        database.Execute("PRAGMA journal_mode = WAL");
        await database.MakeAsync(Steps.Tenant("acme"));
        await using var draft = await database.Changes.BeginDraftAsync(default);
        await TryAsync(draft, Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)));

        Assert.True((await draft.ApplyAsync(false, ChangeOrigin.Local, null, default)).IsApplied);
        Assert.Equal(["10"], database.Query("SELECT chanmax FROM Cluster WHERE pkey = 'acme'"));
        Assert.Equal(["wal"], database.Query("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task What_others_do_to_other_rows_is_in_nobodys_way()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("acme"), Steps.Create(SarkPS.DayTimer.Descriptor, ("cluster", "acme")));
        await using var draft = await database.Changes.BeginDraftAsync(default);
        await TryAsync(draft, Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)));
        await TryAsync(draft, Steps.Create(SarkPS.Queue.Descriptor, ("pkey", "support"), ("cluster", "acme")));
        // Queues have numbers that nobody is told of, and theirs takes the one that ours had in the draft.
        await database.MakeAsync(
            Steps.Tenant("other"),
            Steps.Extension("4401", "other"),
            Steps.Create(SarkPS.Queue.Descriptor, ("pkey", "sales"), ("cluster", "other")));
        database.Execute("UPDATE Cluster SET z_updated = '2020-01-01' WHERE pkey = 'acme'");

        Assert.True((await draft.ApplyAsync(false, ChangeOrigin.Local, null, default)).IsApplied);
    }

    [Fact]
    public async Task What_would_become_something_else_than_was_told_is_refused()
    {
        using var database = new JournalDatabase();
        await using var draft = await database.Changes.BeginDraftAsync(default);
        await TryAsync(draft, Steps.Extension("4401"));
        // Where an extension is, the settings say; nothing of the draft touches them.
        await database.MakeAsync(new ChangeStep(ChangeAction.Update, SarkPS.Global.Descriptor)
        {
            Values = DatabaseExtensions.Values(("NATDEFAULT", "remote")),
        });

        var error = await Assert.ThrowsAsync<SarkException>(() => draft.ApplyAsync(false, ChangeOrigin.Local, null, default));

        Assert.Equal((SarkErrorKind.Stale, "4401"), (error.Kind, error.Target));
        Assert.Empty(database.Query("SELECT pkey FROM IPphone WHERE pkey = '4401'"));
    }

    [Fact]
    public async Task What_was_refused_in_a_draft_is_no_part_of_it_and_reasons_are_kept()
    {
        using var database = new JournalDatabase();
        await using var draft = await database.Changes.BeginDraftAsync(default);
        foreach (var reason in new[] { "first", "second", "first" })
        {
            var set = new ChangeSet([Steps.Tenant("t" + Guid.NewGuid().ToString("N")[..6])]) { Reason = reason };
            await draft.Changes.ApplyAsync(set, default);
        }

        var refused = await draft.Changes.ApplyAsync(
            new ChangeSet([Steps.Tenant("acme"), Steps.Update(SarkPS.Tenant.Descriptor, "nobody", ("chanmax", 1))]), default);
        Assert.False(refused.IsApplied);
        await draft.Changes.ApplyAsync(
            new ChangeSet([Steps.Tenant("kept"), Steps.Update(SarkPS.Tenant.Descriptor, "nobody", ("chanmax", 1))]) { IsAtomic = false },
            default);
        await draft.Changes.PlanAsync(new ChangeSet([Steps.Tenant("planned")]), default);

        var result = await draft.ApplyAsync(false, ChangeOrigin.Local, null, default);

        Assert.Equal(4, result.Steps.Count);
        Assert.Equal(["kept"], database.Query("SELECT pkey FROM Cluster WHERE pkey IN ('acme', 'kept', 'planned')"));
        Assert.All(await database.HistoryAsync(), c => Assert.Equal("first; second", c.Reason));
    }

    [Fact]
    public async Task A_large_plan_is_the_same_as_what_is_made_and_locks_nobody_out()
    {
        using var database = new JournalDatabase();
        ChangeStep[] steps =
        [
            Steps.Tenant("acme"),
            .. Enumerable.Range(0, 300).Select(i => Steps.Extension($"{5000 + i}", "acme")),
            Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)),
        ];
        var set = new ChangeSet(steps);
        var small = await database.Changes.PlanAsync(new ChangeSet(steps[..2]), default);
        var before = database.Content();

        var planning = database.Changes.PlanAsync(set, default);
        var longest = TimeSpan.Zero;
        while (!planning.IsCompleted)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using (var connection = database.Connect())
            {
                connection.Run("BEGIN IMMEDIATE; ROLLBACK");
            }

            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            await Task.Delay(1);
        }

        var plan = await planning;
        Assert.Empty(before.ChangesTo(database.Content()));
        Assert.Equal(small.State, plan.State);
        Assert.False(plan.IsApplied);
        Assert.True(longest < TimeSpan.FromSeconds(1), $"Another waited {longest}.");
        await Assert.ThrowsAsync<SarkException>(() => database.Changes.PlanAsync(set with { State = "1.2.3" }, default));
        var made = await database.Changes.ApplyAsync(set with { State = plan.State }, default);
        Assert.True(made.IsApplied);
        Assert.Equal(plan.Steps.Select(s => (s.Outcome, s.Key)), made.Steps.Select(s => (s.Outcome, s.Key)));
        // Now that they are there, the same plan is refused as the set would be.
        var again = await database.Changes.PlanAsync(set, default);
        Assert.Equal(
            (await database.Changes.ApplyAsync(set, default)).Steps.Select(s => s.Error?.Message),
            again.Steps.Select(s => s.Error?.Message));
    }

    [Fact]
    public async Task A_copy_is_the_accounts_own_and_goes_with_its_draft()
    {
        using var database = new JournalDatabase();
        var copy = await DatabaseCopy.MakeAsync(database.Database, keepsOrigin: true, default);
        var folder = Path.GetDirectoryName(copy.Database.Path)!;
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.All(
                Directory.GetFiles(folder),
                file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }

        await new SqliteStore(copy.Database).CreateAsync(
            SarkPS.Tenant.Descriptor,
            null,
            DatabaseExtensions.Values(("pkey", "acme"), ("description", "Acme")),
            ChangeOptions.Default,
            default);

        copy.Dispose();

        Assert.False(Directory.Exists(folder));
        Assert.Empty(database.Query("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));
    }

    [Fact]
    public void What_a_killed_process_left_is_taken_away_by_the_next_draft()
    {
        var left = Directory.CreateTempSubdirectory("sarkps-draft-").FullName;
        File.WriteAllText(Path.Combine(left, "sark.db"), "a copy");
        File.WriteAllText(Path.Combine(left, "claim"), "");
        using var living = new DraftFolder();

        using var folder = new DraftFolder();

        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(living.Path));
    }

    private static async Task TryAsync(IChangeDraft draft, params ChangeStep[] steps)
    {
        var result = await draft.Changes.ApplyAsync(new ChangeSet(steps), default);
        Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
    }

    private static async Task<string[]> RowsAsync(ITableOperations tables)
    {
        var rows = new List<string>();
        foreach (var resource in new ResourceDescriptor[]
        {
            SarkPS.Tenant.Descriptor, SarkPS.Extension.Descriptor, SarkPS.DayTimer.Descriptor,
        })
        {
            rows.AddRange((await tables.ListAsync(resource, null, default)).Select(row => string.Join(
                ' ',
                row.Where(c => !c.Key.StartsWith("z_", StringComparison.Ordinal)).Select(c => $"{c.Key}={c.Value}"))));
        }

        return [.. rows];
    }
}
