using SarkPS.Descriptors;
using SarkPS.Tests.Journal;

namespace SarkPS.Tests.Interchange;

/// <summary>Steps find what they name, in whatever order they were given.</summary>
public sealed class StepOrderTests
{
    [Fact]
    public void What_a_create_demands_is_of_a_resource_that_comes_before()
    {
        var order = StepOrder.Resources.ToList();
        Assert.Equal(SarkResources.All.Select(r => r.Noun).Order(), order.Select(r => r.Noun).Order());
        foreach (var resource in order)
        {
            foreach (var column in resource.Columns.Where(c => c.CreateRules.IsRequired && c.Reference?.Noun is { } noun
                && noun != resource.Noun))
            {
                var named = order.FindIndex(r => r.Noun == column.Reference!.Noun);
                Assert.True(named < order.IndexOf(resource), $"{column.Reference!.Noun} comes after {resource.Noun}, which demands it.");
            }
        }
    }

    [Fact]
    public async Task Rows_that_name_each_other_are_made_and_then_joined()
    {
        using var database = new JournalDatabase();
        var given = new[]
        {
            Steps.Create(RingGroup.Descriptor, ("pkey", "602"), ("cluster", "acme"), ("outcome", "601"), ("out", "4401")),
            Steps.Create(RingGroup.Descriptor, ("pkey", "601"), ("cluster", "acme"), ("outcome", "4402")),
            Steps.Extension("4401", "acme") with { Values = Values("4401", "4402") },
            Steps.Extension("4402", "acme"),
            Steps.Create(
                Tenant.Descriptor, ("pkey", "acme"), ("description", "Acme"), ("operator", "4401")),
            Steps.Create(HolidayTimer.Descriptor, ("cluster", "acme"), ("route", "601")),
        };

        var arranged = StepOrder.Arrange(given);

        var result = await database.Changes.ApplyAsync(new ChangeSet([.. arranged.Select(a => a.Step)]), default);
        Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
        Assert.Equal(Enumerable.Range(0, given.Length), arranged.Select(a => a.Source).Distinct().Order());
        Assert.Equal(["acme|4401"], database.Query("SELECT pkey, operator FROM Cluster WHERE pkey = 'acme'"));
        Assert.Equal(["4401|4402"], database.Query("SELECT pkey, dvrvmail FROM IPphone WHERE pkey = '4401'"));
        // What a create demands cannot wait.
        Assert.True(Place(arranged, 1) < Place(arranged, 0));
        Assert.Contains(arranged, a => a is { Source: 4, Step.Action: ChangeAction.Update });

        static Changes Values(string key, string mailbox) =>
            new() { ["pkey"] = key, ["cluster"] = "acme", ["dvrvmail"] = mailbox };
    }

    [Fact]
    public async Task Removals_come_last_and_children_first()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(
            Steps.Tenant("acme"),
            Steps.Extension("4401", "acme"),
            Steps.Create(Queue.Descriptor, ("pkey", "sales"), ("cluster", "acme")));

        var arranged = StepOrder.Arrange(
        [
            Steps.Remove(Tenant.Descriptor, "acme"), Steps.Remove(Extension.Descriptor, "4401"), Steps.Remove(Queue.Descriptor, "sales"),
            Steps.Tenant("other"),
        ]);

        Assert.Equal(3, arranged[0].Source);
        Assert.Equal(0, arranged[^1].Source);
        var result = await database.Changes.ApplyAsync(new ChangeSet([.. arranged.Select(a => a.Step)]), default);
        Assert.True(result.IsApplied);
    }

    [Fact]
    public void Steps_that_name_nothing_keep_their_order_and_a_long_chain_is_no_trouble()
    {
        var steps = Enumerable.Range(0, 20_000).Select(i => Steps.Create(
            RingGroup.Descriptor, ("pkey", $"g{i}"), ("cluster", "default"), ("outcome", $"g{i + 1}"))).ToList();

        var arranged = StepOrder.Arrange(steps);

        Assert.Equal(Enumerable.Range(0, 20_000).Reverse(), arranged.Select(a => a.Source));
        var plain = Enumerable.Range(0, 50).Select(i => Steps.Extension($"{4400 + i}")).ToList();
        Assert.Equal(Enumerable.Range(0, 50), StepOrder.Arrange(plain).Select(a => a.Source));
    }

    private static int Place(IReadOnlyList<OrderedStep> arranged, int source) =>
        arranged.Select((a, i) => (a, i)).First(p => p.a.Source == source).i;
}
