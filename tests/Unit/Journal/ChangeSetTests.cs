using SarkPS.Descriptors;
using SarkPS.Tests.Data;

namespace SarkPS.Tests.Journal;

/// <summary>What becomes of a set: all of it or nothing, told step by step.</summary>
public sealed class ChangeSetTests
{
    public static TheoryData<string> Kinds => TemporaryDatabase.Kinds;

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task All_steps_of_a_set_are_made_together_and_each_sees_those_before_it(string kind)
    {
        using var database = new JournalDatabase(kind);

        var result = await database.ApplyAsync(
            Steps.Tenant("acme"),
            Steps.Extension("4401", "acme"),
            Steps.Create(SarkPS.DayTimer.Descriptor, ("cluster", "acme")) with { Id = "t1" },
            Steps.Update(SarkPS.DayTimer.Descriptor, "", ("desc", "lunch")) with { Key = null, KeyOf = "t1" },
            Steps.Upsert(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)),
            Steps.Upsert(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)));

        Assert.Equal(
            [
                StepOutcome.Created, StepOutcome.Created, StepOutcome.Created, StepOutcome.Updated, StepOutcome.Updated,
                StepOutcome.Unchanged,
            ],
            result.Steps.Select(s => s.Outcome));
        Assert.True(result.IsApplied);
        Assert.Equal("acme", result.Steps[0].Key!.First);
        Assert.Equal(new ColumnChange("chanmax", "30", "10"), Texts(Assert.Single(result.Steps[4].Changes)));
        Assert.Equal(["4401|acme"], database.Query("SELECT pkey, cluster FROM IPphone WHERE pkey = '4401'"));
        Assert.Equal(["lunch"], database.Query("SELECT desc FROM dateSeg WHERE cluster = 'acme'"));
        var history = await database.HistoryAsync();
        Assert.All(history, e => Assert.Equal(result.ChangeSet, e.ChangeSet));
        Assert.Contains(history, e => e is { Resource: "tenants", Key: "acme", Action: RowAction.Created });
    }

    [Fact]
    public async Task A_step_that_is_refused_leaves_nothing_of_an_atomic_set_and_all_steps_are_judged()
    {
        using var database = new JournalDatabase();
        var before = database.Content();

        var result = await database.ApplyAsync(
            Steps.Tenant("acme"),
            Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", "many")),
            Steps.Extension("4401", "nobody"),
            Steps.Extension("4402", "acme"));

        Assert.False(result.IsApplied);
        Assert.Null(result.ChangeSet);
        Assert.Equal(
            [StepOutcome.Skipped, StepOutcome.Error, StepOutcome.Error, StepOutcome.Skipped],
            result.Steps.Select(s => s.Outcome));
        var error = Assert.IsType<SarkValidationException>(result.Steps[1].Error);
        Assert.Equal(["chanmax"], error.Errors.Select(e => e.Key));
        Assert.Empty(before.ChangesTo(database.Content()));
        Assert.Empty(await database.HistoryAsync());
    }

    [Fact]
    public async Task Where_each_step_stands_by_itself_the_others_are_made()
    {
        using var database = new JournalDatabase();

        var result = await database.Changes.ApplyAsync(
            new ChangeSet([Steps.Tenant("acme"), Steps.Extension("4401", "nobody"), Steps.Extension("4402", "acme")]) { IsAtomic = false },
            default);

        Assert.True(result.IsApplied);
        Assert.Equal([StepOutcome.Created, StepOutcome.Error, StepOutcome.Created], result.Steps.Select(s => s.Outcome));
        Assert.Equal(["4402"], database.Query("SELECT pkey FROM IPphone"));
        Assert.DoesNotContain(await database.HistoryAsync(), e => e.Key == "4401");
    }

    [Fact]
    public async Task A_plan_says_what_applying_does_and_changes_nothing()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("other"));
        var before = database.Content();
        var bytes = File.ReadAllBytes(database.Path);
        var set = new ChangeSet(
            [
                Steps.Tenant("acme"), Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)),
                Steps.Remove(SarkPS.Tenant.Descriptor, "other"),
            ]);

        var plan = await database.Changes.PlanAsync(set, default);

        Assert.False(plan.IsApplied);
        Assert.Null(plan.ChangeSet);
        Assert.Empty(before.ChangesTo(database.Content()));
        Assert.Equal(bytes, File.ReadAllBytes(database.Path));
        var done = await database.Changes.ApplyAsync(set with { State = plan.State }, default);
        Assert.True(done.IsApplied);
        Assert.Equal(plan.Steps.Select(Told), done.Steps.Select(Told));

        static string Told(StepResult step) => $"{step.Outcome} {step.Key} "
            + string.Join(", ", step.Changes.Select(c => $"{c.Column} {c.Before}>{c.After}"));
    }

    [Fact]
    public async Task A_plan_for_a_state_is_not_applied_to_another()
    {
        using var database = new JournalDatabase();
        var set = new ChangeSet([Steps.Tenant("acme")]);
        var plan = await database.Changes.PlanAsync(set, default);
        // Another program.
        database.Execute("UPDATE Cluster SET description = 'changed' WHERE pkey = 'default'");

        var error = await Assert.ThrowsAsync<SarkException>(
            () => database.Changes.ApplyAsync(set with { State = plan.State }, default));

        Assert.Equal(SarkErrorKind.Stale, error.Kind);
        Assert.Equal(["0"], database.Query("SELECT count(*) FROM Cluster WHERE pkey = 'acme'"));
    }

    [Fact]
    public async Task What_is_in_use_counts_after_the_whole_set()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("acme"), Steps.Extension("4401", "acme"), Steps.Extension("4402", "acme"));

        var refused = await database.ApplyAsync(
            Steps.Remove(SarkPS.Tenant.Descriptor, "acme"), Steps.Remove(SarkPS.Extension.Descriptor, "4401"));
        var done = await database.ApplyAsync(
            Steps.Remove(SarkPS.Tenant.Descriptor, "acme"),
            Steps.Remove(SarkPS.Extension.Descriptor, "4401"),
            Steps.Remove(SarkPS.Extension.Descriptor, "4402"));

        var error = Assert.IsType<SarkConflictException>(refused.Steps[0].Error);
        Assert.Contains("4402", Assert.Single(error.Dependants), StringComparison.Ordinal);
        Assert.True(done.IsApplied);
        Assert.Equal(["0"], database.Query("SELECT count(*) FROM IPphone"));
    }

    [Fact]
    public async Task A_row_of_another_resource_in_the_same_table_is_not_upserted()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(
            Steps.Create(
                SarkPS.InboundRoute.Descriptor,
                ("pkey", "01924566170"),
                ("carrier", "DiD"),
                ("cluster", "default"),
                ("trunkname", "main")));

        var result = await database.ApplyAsync(
            Steps.Upsert(SarkPS.Trunk.Descriptor, "01924566170", ("cluster", "default"), ("carrier", "GeneralSIP")));

        Assert.Equal("'01924566170' is no trunk but an inbound route.", Assert.Single(result.Steps).Error?.Message);
    }

    [Fact]
    public async Task An_upsert_that_makes_a_row_makes_it_of_a_kind_though_none_is_said()
    {
        using var database = new JournalDatabase();

        await database.MakeAsync(
            Steps.Upsert(SarkPS.Extension.Descriptor, "4401", ("cluster", "default")),
            Steps.Upsert(SarkPS.Extension.Descriptor, "4402", ("cluster", "default"), ("device", "MAILBOX")));

        Assert.Equal(
            ["4401|General SIP", "4402|MAILBOX"],
            database.Query("SELECT pkey, device FROM IPphone ORDER BY pkey"));
    }

    [Fact]
    public async Task A_name_that_is_drawn_twice_is_drawn_again()
    {
        using var database = new JournalDatabase();

        var result = await database.ApplyAsync(
            [.. Enumerable.Range(0, 3000).Select(_ => Steps.Create(SarkPS.DayTimer.Descriptor, ("cluster", "default")))]);

        Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
        Assert.Equal(["3000|3000"], database.Query("SELECT count(*), count(DISTINCT pkey) FROM dateSeg"));
    }

    [Fact]
    public async Task Of_two_who_demand_the_row_that_they_read_one_is_refused()
    {
        using var database = new JournalDatabase();
        var tag = (await database.Changes.TagAsync(SarkPS.Tenant.Descriptor, new RowKey("default"), default))!;

        var results = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => database.ApplyAsync(
            Steps.Update(SarkPS.Tenant.Descriptor, "default", ("chanmax", i)) with { IfMatch = tag })));

        Assert.Single(results, r => r.IsApplied);
        Assert.All(results.Where(r => !r.IsApplied), r => Assert.Equal(SarkErrorKind.Stale, r.Steps[0].Error!.Kind));
    }

    private static ColumnChange Texts(ColumnChange change) =>
        change with { Before = change.Before?.ToString(), After = change.After?.ToString() };
}
