using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

/// <summary>Lists that are filtered, sorted, cut and told in pages: of every resource, here and over HTTP alike.</summary>
public sealed class ListTests : ContractTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task Every_column_that_is_told_and_no_secret_filters_and_no_other_does(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var (key, _) = await MakeAsync(sides, samples, resource);
        var row = (await sides.List(resource)).Single(r => KeyOf(resource, r) == key);
        foreach (var column in resource.Columns)
        {
            if (!ListQuery.Chooses(column) || !row.ContainsKey(column.Name))
            {
                var refused = await sides.Invalid(t => t.PageAsync(resource, Where(column.Name, "x"), default));
                Assert.Contains($"'{column.Name}'", refused.Message, StringComparison.Ordinal);
                continue;
            }

            // Stamps differ by the second between the two sides.
            var value = row.Text(column.Name) ?? "";
            if (Normal.Value(column.Name, value) != value)
            {
                continue;
            }

            var page = await sides.Do(t => t.PageAsync(resource, Where(column.Name, value), default));
            Assert.Contains(page.Rows, r => KeyOf(resource, r) == key);
            Assert.All(page.Rows, r => Assert.Equal(value, r.Text(column.Name) ?? ""));
            Assert.Equal(page.Rows.Count, page.Total);
            var either = await sides.Do(t => t.PageAsync(resource, Where(column.Name, "not of any row", value), default));
            Assert.Equal(page.Total, either.Total);
            Assert.Empty((await sides.Do(t => t.PageAsync(resource, Where(column.Name, value + "' OR '1'='1"), default))).Rows);
        }

        AssertOnly("nonsense", await sides.Invalid(t => t.PageAsync(resource, Where("nonsense", "1"), default)));

        static ListQuery Where(string column, params string[] values) => new() { Filter = [new ListFilter(column, values)] };
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task Pages_hold_each_row_once_and_in_the_order_that_was_asked_for(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        for (var number = Own; number < Own + (resource.SecondKeyColumn is null ? 3 : 1); number++)
        {
            await MakeAsync(sides, samples, resource, number);
        }

        var usual = await sides.List(resource);
        // Stamps may sort otherwise on the other side.
        var columns = resource.Columns.Where(c => ListQuery.Chooses(c) && usual[0].ContainsKey(c.Name))
            .Select(c => c.Name).Where(c => usual.All(r => Normal.Value(c, r.Text(c) ?? "") == (r.Text(c) ?? ""))).ToArray();
        IReadOnlyList<ListSort>[] orders =
        [
            [],
            [new(resource.KeyColumn)],
            [new(resource.KeyColumn, IsDescending: true)],
            .. columns.Where((_, i) => i % 4 == 1).Select(IReadOnlyList<ListSort> (c) => [new(c, IsDescending: true), new(columns[0])]),
        ];
        foreach (var order in orders)
        {
            var whole = await sides.Do(t => t.PageAsync(resource, new ListQuery { Sort = order }, default));
            Assert.Equal((usual.Count, null), (whole.Total, whole.Next));
            if (order.Count == 0)
            {
                Assert.Equal(usual.Select(r => KeyOf(resource, r)), whole.Rows.Select(r => KeyOf(resource, r)));
            }

            var paged = await sides.Do(async t => (IReadOnlyList<SarkRow>)await t
                .RowsAsync(resource, new ListQuery { Sort = order, Limit = 2 }, default)
                .ToListAsync());
            Assert.Equal(whole.Rows.Select(r => Normal.Row(r)), paged.Select(r => Normal.Row(r)));
        }

        string[] fields = [columns[^1], resource.KeyColumn];
        var cut = await sides.Do(t => t.PageAsync(resource, new ListQuery { Fields = [.. fields.Distinct()], Limit = 1 }, default));
        Assert.Equal(fields.Distinct(), Assert.Single(cut.Rows).Keys);
        Assert.Equal(usual[0].Text(resource.KeyColumn), cut.Rows[0].Text(resource.KeyColumn));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task What_cannot_be_asked_for_is_named(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        var next = (await sides.Do(t => t.PageAsync(CosRule.Descriptor, new ListQuery { Limit = 1 }, default))).Next;
        foreach (var (query, field) in new (ListQuery, string)[]
        {
            (new() { Sort = [new("nonsense")] }, "sort"),
            (new() { Sort = [new("passwd")] }, "sort"),
            (new() { Sort = [new("channel")] }, "sort"),
            (new() { Fields = ["pkey", "nonsense"] }, "fields"),
            (new() { Fields = ["channel"] }, "fields"),
            (new() { Fields = ["pkey", "pkey"] }, "fields"),
            (new() { Limit = 0 }, "limit"),
            (new() { Limit = 1001 }, "limit"),
            (new() { Cursor = "nonsense" }, "cursor"),
            (new() { Cursor = next ?? "AQ" }, "cursor"),
        })
        {
            AssertOnly(field, await sides.Invalid(t => t.PageAsync(Extension.Descriptor, query, default)));
        }
    }
}
