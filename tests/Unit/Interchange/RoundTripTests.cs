using System.Globalization;
using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Interchange;

/// <summary>What is exported and imported again, untouched, changes nothing.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string, Schema> Everything => Schemas.EveryResource;

    [SkippableTheory]
    [MemberData(nameof(Everything))]
    public async Task Rows_that_are_exported_are_unchanged_when_they_are_imported(string noun, Schema schema)
    {
        using var database = new TestDatabase(schema);
        await using var backend = new LocalBackend(database.Options);
        var resource = SarkResources.Find(noun);
        await MakeAsync(backend, resource, TestDatabase.VersionOf(schema));
        var before = database.Content();
        foreach (var includeSecrets in new[] { false, true })
        {
            foreach (var isText in new[] { false, true })
            {
                var table = new ExportTable(resource, includeSecrets, backend.Version);
                var rows = await backend.Tables.ListAsync(resource, null, default);
                Assert.NotEmpty(rows);
                var import = new ImportSet(new ImportOptions(ImportMode.Upsert));
                foreach (var row in rows)
                {
                    import.Add(new SourceRow(
                        $"/tmp/{resource.Route}.csv",
                        2,
                        table.Headings,
                        [.. table.Cells(row).Select(c => isText ? Convert.ToString(c, CultureInfo.InvariantCulture) ?? "" : c ?? "")]));
                }

                var set = await import.BuildAsync(backend.Tables, default);
                var told = import.Results(await backend.Changes.ApplyAsync(set, default), backend.Version);

                Assert.Empty(told.Select(t => t.Message).OfType<string>());
                Assert.All(told, t => Assert.Equal(StepOutcome.Unchanged, t.Outcome));
                Assert.Empty(before.ChangesTo(database.Content()));
            }
        }
    }

    // A row of each kind, with a value in each column that takes one.
    private static async Task MakeAsync(LocalBackend backend, ResourceDescriptor resource, SarkVersion version)
    {
        var samples = new Samples((r, kind, changes) => backend.Tables.CreateAsync(r, kind, changes, ChangeOptions.Default, default));
        var number = 11;
        foreach (var kind in resource.IsSingleton ? [] : Samples.Kinds(resource))
        {
            var row = await backend.Tables.CreateAsync(
                resource, kind, await samples.LeastAsync(resource, kind, number++), ChangeOptions.Default, default);
            var key = new RowKey(row.Text(resource.KeyColumn)!, resource.SecondKeyColumn is { } second ? row.Text(second) : null);
            foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, version))
            {
                var values = column.IsHidden ? [] : await samples.ValidAsync(column, rules);
                try
                {
                    await backend.Tables.UpdateAsync(
                        resource,
                        key,
                        new Changes { [column.Name] = values.Count > 0 ? values[^1] : null },
                        new ChangeOptions(AllowsOtherTenant: true),
                        default);
                }
                catch (SarkException)
                {
                    // What goes with other values only: the row is full enough without it.
                }
            }
        }
    }
}
