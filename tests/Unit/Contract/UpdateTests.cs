using SarkPS.Descriptors;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

public sealed class UpdateTests : ContractTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task Each_column_changes_alone(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = await SubjectAsync(sides, samples, resource);
        foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, TestDatabase.VersionOf(schema)))
        {
            foreach (var value in (await samples.ValidAsync(column, rules)).Take(2).Reverse())
            {
                var changes = await sides.Changes(t => t.UpdateAsync(resource, key, new Changes { [column.Name] = value }, default));
                key = Moved(resource, key, column.Name, value);
                if (changes.Count == 0)
                {
                    // It was that before; the other one is not.
                    continue;
                }

                var change = Assert.Single(changes);
                Assert.Equal((resource.Table, RowChangeKind.Changed), (change.Table, change.Kind));
                Assert.Equal($"{column.Name} = {PhpValue.Text(value)}", $"{column.Name} = {PhpValue.Text(change.Row[column.Name])}");
                Assert.Empty(change.Columns.Except([column.Name, .. Derived(resource, column)]));
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task A_value_that_breaks_a_rule_is_refused_by_name(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = await SubjectAsync(sides, samples, resource);
        foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, TestDatabase.VersionOf(schema)))
        {
            foreach (var value in Samples.Invalid(column, rules))
            {
                var error = await sides.Invalid(t => t.UpdateAsync(resource, key, new Changes { [column.Name] = value }, default));
                AssertOnly(column.Name, error);
                Assert.Equal(resource.IsSingleton ? "" : key.ToString(), error.Target?.ToString() ?? "");
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task Null_clears_where_it_may_and_is_refused_elsewhere(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = await SubjectAsync(sides, samples, resource);
        // Where nothing is a word for something else it clears nothing.
        foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, TestDatabase.VersionOf(schema))
            .Where(r => r.Column.Reads?.Invoke(null) is null))
        {
            await sides.Update(resource, key, new Changes { [column.Name] = (await samples.ValidAsync(column, rules))[0] });
            var cleared = new Changes { [column.Name] = null };
            if (schema == Schema.Embedded65 && (noun, column.Name) == (nameof(Extension), "desc"))
            {
                // Its generator leaves the placeholder of a name that is not there.
                AssertOnly(column.Name, await sides.Invalid(t => t.UpdateAsync(resource, key, cleared, default)));
                continue;
            }

            if (!column.MayBeEmpty)
            {
                var error = await sides.Invalid(t => t.UpdateAsync(resource, key, cleared, default));
                AssertOnly(column.Name, error);
                Assert.Equal([$"The {RuleSet.Spell(column.Name)} cannot be empty."], error.Errors[0].Value);
                continue;
            }

            var changes = await sides.Changes(t => t.UpdateAsync(resource, key, cleared, default));
            if (column.Name == "z_updater")
            {
                // Who changed a row last is a stamp, and stamps are left out of what is compared.
                Assert.Empty(changes);
                continue;
            }

            Assert.True(changes.Count == 1, $"Clearing {column.Name} changed {changes.Count} rows.");
            var change = changes[0];
            Assert.Contains(column.Name, change.Columns);
            Assert.True(column.Destination is not { } destination || PhpValue.Text(change.Row[destination.RouteClassColumn]) == "0");
            Assert.Empty(await sides.Changes(t => t.UpdateAsync(resource, key, cleared, default)));
            Assert.Equal(resource.ClearsToNull ? null : "", change.Row[column.Name]);
            var record = resource.ToRecord((await sides.List(resource)).Single(r => resource.IsSingleton || KeyOf(resource, r) == key));
            Assert.Null(column.IsHidden ? null : column.ValueIn(record));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task What_cannot_be_changed_is_refused(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = await SubjectAsync(sides, samples, resource);
        var error = await sides.Invalid(t => t.UpdateAsync(resource, key, new Changes { ["nonsense"] = "1" }, default));
        Assert.Equal([$"There is no column 'nonsense' in {resource.PluralName}."], error.Errors[0].Value);
        foreach (var column in resource.Columns.Where(c => !c.IsWritable(isCreate: false, isStrict: true)))
        {
            AssertOnly(
                column.Name,
                await sides.Invalid(t => t.UpdateAsync(resource, key, new Changes { [column.Name] = "other" }, default)));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task Nothing_sent_and_the_same_again_change_nothing(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = await SubjectAsync(sides, samples, resource);
        Assert.Empty(await sides.Changes(t => t.UpdateAsync(resource, key, [], default)));
        foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, TestDatabase.VersionOf(schema)))
        {
            var same = new Changes { [column.Name] = (await samples.ValidAsync(column, rules))[0] };
            await sides.Update(resource, key, same);
            Assert.Empty(await sides.Changes(t => t.UpdateAsync(resource, key, same, default)));
        }
    }

    private static async Task<RowKey> SubjectAsync(TwoSides sides, Samples samples, ResourceDescriptor resource) =>
        resource.IsSingleton ? new RowKey("") : (await MakeAsync(sides, samples, resource)).Key;

    // The parts of a key of two parts can be written.
    private static RowKey Moved(ResourceDescriptor resource, RowKey key, string column, object? value) =>
        column == resource.KeyColumn ? key with { First = PhpValue.Text(value) }
        : column == resource.SecondKeyColumn ? key with { Second = PhpValue.Text(value) }
        : key;

    // What follows a column by a hook of its resource.
    private static IEnumerable<string> Derived(ResourceDescriptor resource, Column column) => (resource.Noun, column.Name) switch
    {
        (nameof(Extension), "transport" or "protocol") => ["provision", "sipiaxfriend"],
        (nameof(InboundRoute), "carrier") => ["technology"],
        // What a trunk's stanzas were made of, and the name of its user's section.
        (nameof(Trunk), "host" or "username" or "password") => ["sipiaxpeer", "sipiaxuser", "register", "pjsipuser"],
        (nameof(Trunk), "sipiaxuser" or "peername") => ["desc"],
        _ => column.Destination is { } destination ? [destination.RouteClassColumn] : [],
    };
}
