using SarkPS.Tests.Data;

namespace SarkPS.Tests.Journal;

/// <summary>Sets turned round: everything as before, or nothing touched and named what is in the way.</summary>
public sealed class UndoTests
{
    public static TheoryData<string> Kinds => TemporaryDatabase.Kinds;

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_tenant_that_was_removed_by_force_comes_back_with_all_that_was_in_it(string kind)
    {
        using var database = new JournalDatabase(kind);
        await database.MakeAsync(
            Steps.Tenant("acme"),
            Steps.Extension("4401", "acme"),
            Steps.Extension("4402", "acme"),
            Steps.Create(SarkPS.Queue.Descriptor, ("pkey", "sales"), ("cluster", "acme")),
            Steps.Create(SarkPS.DayTimer.Descriptor, ("cluster", "acme")));
        var (before, references) = (database.Content(), References(database));
        var removed = await database.MakeAsync(Steps.Remove(SarkPS.Tenant.Descriptor, "acme", force: true));
        Assert.NotEmpty(before.ChangesTo(database.Content()));

        var undone = await database.Changes.UndoAsync(removed, false, ChangeOrigin.Local, "a mistake", default);

        Assert.Empty(before.ChangesTo(database.Content()));
        Assert.Equal(references, References(database));
        Assert.Equal(removed, undone.Undone);
        Assert.Contains(undone.Changes, c => c is { Resource: "tenants", Key: "acme", Action: RowAction.Created });
        var entry = (await database.HistoryAsync(new ChangeQuery { ChangeSet = undone.ChangeSet }))[0];
        Assert.Equal((ChangeCause.Undo, removed, "a mistake"), (entry.Cause, entry.Undoes, entry.Reason));
        // An undoing is a set, and can be undone.
        await database.Changes.UndoAsync(undone.ChangeSet!, false, ChangeOrigin.Local, null, default);
        Assert.Equal(["0"], database.Query("SELECT count(*) FROM Cluster WHERE pkey = 'acme'"));
    }

    [Fact]
    public async Task A_set_of_a_thousand_rows_is_taken_back_whole()
    {
        using var database = new JournalDatabase();
        var (before, references) = (database.Content(), References(database));
        var set = await database.MakeAsync(
            [Steps.Tenant("acme"), .. Enumerable.Range(4000, 999).Select(i => Steps.Extension($"{i}", "acme"))]);
        Assert.Equal(["999"], database.Query("SELECT count(*) FROM IPphone"));

        var plan = await database.Changes.UndoAsync(set, true, ChangeOrigin.Local, null, default);
        Assert.Null(plan.ChangeSet);
        Assert.Equal(["999"], database.Query("SELECT count(*) FROM IPphone"));
        await database.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default);

        Assert.Empty(before.ChangesTo(database.Content()));
        Assert.Equal(references, References(database));
    }

    [Fact]
    public async Task Values_that_somebody_has_changed_since_are_named_and_nothing_is_touched()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("acme"), Steps.Tenant("other"));
        var set = await database.MakeAsync(
            Steps.Update(SarkPS.Tenant.Descriptor, "other", ("chanmax", 11)),
            Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10), ("description", "new")));
        database.Execute("UPDATE Cluster SET chanmax = 12 WHERE pkey = 'acme'");
        var before = database.Content();

        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => database.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default));

        Assert.Contains("tenant 'acme' has been changed since (chanmax)", error.Message, StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(database.Content()));
    }

    [Fact]
    public async Task What_something_later_was_built_on_is_not_taken_away()
    {
        using var database = new JournalDatabase();
        var set = await database.MakeAsync(Steps.Tenant("acme"));
        await database.MakeAsync(Steps.Extension("4401", "acme"));
        var before = database.Content();

        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => database.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default));

        Assert.Contains("4401", error.Message, StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(database.Content()));
    }

    [Fact]
    public async Task A_row_that_took_the_place_of_another_is_not_mistaken_for_it()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("acme"), Steps.Tenant("tail"));
        var set = await database.MakeAsync(Steps.Update(SarkPS.Tenant.Descriptor, "tail", ("chanmax", 10)));
        await database.MakeAsync(Steps.Remove(SarkPS.Tenant.Descriptor, "tail"));
        // It gets the row id of the one before, and the same value by chance.
        await database.MakeAsync(Steps.Tenant("fresh"), Steps.Update(SarkPS.Tenant.Descriptor, "fresh", ("chanmax", 10)));

        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => database.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default));

        Assert.Contains("tenant 'tail' has been removed since", error.Message, StringComparison.Ordinal);
        Assert.Equal(["10"], database.Query("SELECT chanmax FROM Cluster WHERE pkey = 'fresh'"));
    }

    [Fact]
    public async Task A_reference_to_what_is_gone_since_is_not_restored()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(
            Steps.Create(SarkPS.Queue.Descriptor, ("pkey", "sales"), ("cluster", "default")),
            Steps.Create(
                SarkPS.InboundRoute.Descriptor,
                ("pkey", "01924566170"),
                ("carrier", "DiD"),
                ("cluster", "default"),
                ("trunkname", "main")),
            Steps.Update(SarkPS.InboundRoute.Descriptor, "01924566170", ("openroute", "sales")));
        var set = await database.MakeAsync(Steps.Update(SarkPS.InboundRoute.Descriptor, "01924566170", ("openroute", "Operator")));
        await database.MakeAsync(Steps.Remove(SarkPS.Queue.Descriptor, "sales"));

        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => database.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default));

        Assert.Contains("queue 'sales', which has been removed since", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_that_nobody_made_is_not_found()
    {
        using var database = new JournalDatabase();

        var error = await Assert.ThrowsAsync<SarkNotFoundException>(
            () => database.Changes.UndoAsync("01JDG000000000000000000000", false, ChangeOrigin.Local, null, default));

        Assert.Contains("01JDG000000000000000000000", error.Message, StringComparison.Ordinal);
    }

    // Pairs: the ids of SARK's list of references are drawn anew.
    private static string[] References(JournalDatabase database) =>
        database.Query("SELECT pkey, relation FROM master_xref ORDER BY pkey, relation");
}
