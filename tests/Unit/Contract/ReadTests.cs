using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

public sealed class ReadTests : ContractTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_list_holds_what_was_made_and_get_finds_it(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var before = (await sides.List(resource)).Count;
        var (key, row) = await MakeAsync(sides, samples, resource);

        var list = await sides.List(resource);
        Assert.Equal(before + 1, list.Count);
        var found = Assert.Single(list, r => KeyOf(resource, r) == key);
        Assert.Equal(Normal.Row(row), Normal.Row(found));
        Assert.Equal(Normal.Row(row), Normal.Row(await sides.Get(resource, key)));
        Assert.DoesNotContain(found.Keys, resource.Hidden.Contains);
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_list_is_filtered_by_each_filter_column(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var (key, row) = await MakeAsync(sides, samples, resource);
        foreach (var column in resource.Columns.Where(c => c.IsFilter))
        {
            if (row.Text(column.Name) is not { Length: > 0 } value)
            {
                continue;
            }

            var found = await sides.List(resource, (column.Name, value));
            Assert.Contains(found, r => KeyOf(resource, r) == key);
            Assert.All(found, r => Assert.Equal(value, r.Text(column.Name)));
            Assert.Empty(await sides.List(resource, (column.Name, value + "-not")));
        }

        var error = await sides.Invalid(t => t.ListAsync(resource, new Dictionary<string, string> { ["nonsense"] = "1" }, default));
        Assert.Contains("nonsense", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_missing_key_is_named(string noun, Schema schema)
    {
        var (sides, _, resource) = Start(noun, schema);
        await using var __ = sides;
        var key = Missing(resource);
        foreach (var error in new[]
        {
            await sides.Refuses(t => t.GetAsync(resource, key, default)),
            await sides.Refuses(t => t.UpdateAsync(resource, key, [], default)),
            await sides.Refuses(t => t.RemoveAsync(resource, key, force: false, default)),
            await sides.Refuses(t => t.RemoveAsync(resource, key, force: true, default)),
        })
        {
            Assert.IsType<SarkNotFoundException>(error);
            Assert.Equal($"Sark{noun}NotFound", error.ErrorId);
            Assert.Equal(key.ToString(), error.Target);
            Assert.Contains($"'{key}'", error.Message, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task Every_column_with_a_property_becomes_a_typed_value(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var row = resource.IsSingleton ? (await sides.List(resource))[0] : (await MakeAsync(sides, samples, resource)).Row;
        var record = resource.ToRecord(row);
        Assert.Equal(row.Keys, record.Raw.Keys);
        foreach (var column in resource.Columns.Where(c => c is { Property: not null, IsHidden: false }))
        {
            var value = column.ValueIn(record);
            var stored = row.Text(column.Name);
            switch (column.Type)
            {
                case ColumnType.Text:
                    Assert.Equal(string.IsNullOrEmpty(stored) ? null : stored, value);
                    break;
                case ColumnType.Integer:
                    Assert.Equal(int.TryParse(stored, out var whole) ? whole : null, (int?)value);
                    break;
                case ColumnType.Flag:
                    Assert.Equal(stored?.ToUpperInvariant() switch
                    {
                        "YES" or "ON" or "ENABLED" or "1" => true,
                        "NO" or "OFF" or "DISABLED" or "0" => false,
                        _ => (bool?)null
                    }, (bool?)value);
                    break;
                default:
                    Assert.Equal(string.IsNullOrEmpty(stored), value is null);
                    break;
            }
        }
    }
}
