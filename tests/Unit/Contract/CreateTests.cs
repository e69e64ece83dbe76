using SarkPS.Descriptors;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

public sealed class CreateTests : ContractTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task The_least_makes_a_row_with_the_defaults(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var number = Own;
        foreach (var kind in Kinds(resource))
        {
            var sent = await samples.LeastAsync(resource, kind, number++);
            var row = await sides.Create(resource, kind, sent);
            foreach (var (column, value) in sent)
            {
                Assert.Equal(PhpValue.Text(value), row.Text(column));
            }

            foreach (var (column, value) in resource.Columns.Where(c => c is { HasDefault: true, IsHidden: false, Default: not null })
                .Select(c => (c.Name, c.Reads is { } reads ? reads((string?)c.Default) : c.Default))
                .Where(d => kind?.Defaults.Any(k => k.Column == d.Name) != true)
                .Concat((kind?.Defaults ?? []).Where(d => !resource.Hidden.Contains(d.Column))))
            {
                if (!sent.Has(column))
                {
                    Assert.Equal($"{column} = {value}", $"{column} = {row.Text(column)}");
                }
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_create_sets_every_column_that_can_be_written(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var number = Own;
        foreach (var kind in Kinds(resource))
        {
            var sent = await samples.LeastAsync(resource, kind, number++);
            foreach (var (column, rules) in resource.RulesFor(kind, isCreate: true, isStrict: true, TestDatabase.VersionOf(schema)))
            {
                if (!sent.Has(column.Name))
                {
                    sent[column.Name] = (await samples.ValidAsync(column, rules))[0];
                }
            }

            if (sent.Has("macaddr"))
            {
                // Two telephones never share an address.
                sent["macaddr"] = $"001565cc{number:x4}";
            }

            var changes = await sides.Changes(t => t.CreateAsync(resource, kind, sent, default));
            var row = Assert.Single(changes, c => c.Table == resource.Table).Row;
            // The class of a destination follows the destination, whatever was sent of it.
            foreach (var derived in resource.Columns.Where(c => c.Destination is not null && sent.Has(c.Name))
                .Select(c => c.Destination!.RouteClassColumn))
            {
                sent.Remove(derived);
            }

            Assert.All(changes, c => Assert.Equal(RowChangeKind.Added, c.Kind));
            Assert.All(sent, v => Assert.Equal($"{v.Key} = {PhpValue.Text(v.Value)}", $"{v.Key} = {PhpValue.Text(row[v.Key])}"));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task Each_required_column_is_demanded(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        foreach (var kind in Kinds(resource))
        {
            var required = resource.RulesFor(kind, isCreate: true, isStrict: true, TestDatabase.VersionOf(schema))
                .Where(r => r.Rules.IsRequired)
                .Select(r => r.Column.Name)
                .ToArray();
            if (required.Length == 0)
            {
                continue;
            }

            var nothing = await sides.Invalid(t => t.CreateAsync(resource, kind, [], default));
            Assert.Equal(required, nothing.Errors.Select(e => e.Key));
            Assert.All(nothing.Errors, e => Assert.Equal($"The {RuleSet.Spell(e.Key)} field is required.", e.Value[0]));
            foreach (var column in required)
            {
                var sent = await samples.LeastAsync(resource, kind, Own);
                sent.Remove(column);
                AssertOnly(column, await sides.Invalid(t => t.CreateAsync(resource, kind, sent, default)));
                sent[column] = " ";
                AssertOnly(column, await sides.Invalid(t => t.CreateAsync(resource, kind, sent, default)));
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_value_that_breaks_a_rule_is_refused_by_name(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        foreach (var kind in Kinds(resource))
        {
            var least = await samples.LeastAsync(resource, kind, Own);
            foreach (var (column, rules) in resource.RulesFor(kind, isCreate: true, isStrict: true, TestDatabase.VersionOf(schema)))
            {
                foreach (var value in Samples.Invalid(column, rules))
                {
                    var sent = new Changes();
                    foreach (var (name, given) in least)
                    {
                        sent[name] = given;
                    }

                    sent[column.Name] = value;
                    AssertOnly(column.Name, await sides.Invalid(t => t.CreateAsync(resource, kind, sent, default)));
                }
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryKeyed), MemberType = typeof(Schemas))]
    public async Task A_key_that_is_taken_is_named(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        foreach (var kind in Kinds(resource))
        {
            var sent = await samples.LeastAsync(resource, kind, Own);
            if (kind == Kinds(resource)[0])
            {
                await sides.Create(resource, kind, sent);
            }

            var error = await sides.Invalid(t => t.CreateAsync(resource, kind, sent, default));
            AssertOnly("save", error);
            Assert.Equal((SarkErrorKind.Conflict, $"Sark{noun}Conflict"), (error.Kind, error.ErrorId));
            Assert.Equal([resource.SecondKeyColumn is null
                ? $"Duplicate Key - {sent[resource.KeyColumn]}"
                : "Duplicate Keys, relationship already exists - "], error.Errors[0].Value);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task An_unknown_column_is_refused(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var kind = Kinds(resource)[0];
        var sent = await samples.LeastAsync(resource, kind, Own);
        sent["nonsense"] = "1";
        var error = await sides.Invalid(t => t.CreateAsync(resource, kind, sent, default));
        AssertOnly("nonsense", error);
        Assert.Equal([$"There is no column 'nonsense' in {resource.PluralName}."], error.Errors[0].Value);

        sent.Remove("nonsense");
        sent["z_created"] = "2020-01-01 00:00:00";
        error = await sides.Invalid(t => t.CreateAsync(resource, kind, sent, default));
        Assert.Equal(["The z created cannot be set."], error.Errors[0].Value);
    }
}
