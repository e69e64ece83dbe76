using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

/// <summary>What is made in a draft is made so when the draft is applied, whatever it is.</summary>
public sealed class DraftedTests : ContractTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task Rows_of_each_kind_come_out_of_a_draft_as_they_were_told(string noun, Schema schema)
    {
        using var database = new TestDatabase(schema);
        await using var backend = new LocalBackend(database.Options);
        var resource = SarkResources.Find(noun);
        var before = database.Content();
        await using var draft = await backend.Changes.BeginDraftAsync(default);
        var samples = new Samples((other, kind, values) => draft.Tables.CreateAsync(other, kind, values, ChangeOptions.Default, default));
        var number = Own;
        foreach (var kind in Kinds(resource))
        {
            var values = await samples.LeastAsync(resource, kind, number++);
            await draft.Tables.CreateAsync(resource, kind, values, ChangeOptions.Default, default);
        }

        var told = await RowsAsync(draft.Tables, resource);
        Assert.Empty(before.ChangesTo(database.Content()));

        var result = await draft.ApplyAsync(false, ChangeOrigin.Local, null, default);

        Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
        Assert.Equal(told, await RowsAsync(backend.Tables, resource));
        await backend.Changes.UndoAsync(result.ChangeSet!, false, ChangeOrigin.Local, null, default);
        Assert.Empty(before.ChangesTo(database.Content()));
    }

    private static async Task<IEnumerable<string>> RowsAsync(ITableOperations tables, ResourceDescriptor resource) =>
        (await tables.ListAsync(resource, null, default)).Select(row => string.Join(
            ' ',
            row.Where(c => !c.Key.StartsWith("z_", StringComparison.Ordinal)).Select(c => $"{c.Key}={c.Value}")));
}
