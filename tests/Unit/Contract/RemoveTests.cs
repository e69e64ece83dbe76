using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

public sealed class RemoveTests : ContractTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_row_goes_and_what_belongs_to_it(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        foreach (var kind in Kinds(resource))
        {
            var sent = await samples.LeastAsync(resource, kind, Own);
            var before = sides.Database.Content();
            var key = KeyOf(resource, await sides.Create(resource, kind, sent));
            var changes = await sides.Changes(t => t.RemoveAsync(resource, key, force: false, default));
            Assert.Contains(changes, c => c.Table == resource.Table);
            Assert.All(changes, c => Assert.Equal(RowChangeKind.Removed, c.Kind));
            Assert.Empty(before.ChangesTo(sides.Database.Content()));
            Assert.IsType<SarkNotFoundException>(await sides.Refuses(t => t.RemoveAsync(resource, key, force: false, default)));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryNamed), MemberType = typeof(Schemas))]
    public async Task What_others_name_stays_unless_forced(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = await samples.EnsureAsync(resource, 1);
        var expected = new List<string>();
        foreach (var (other, columns) in Schemas.Naming(resource))
        {
            var kind = Kinds(other)[0];
            var sent = await samples.WithTenantAsync(other, await samples.LeastAsync(other, kind, Own));
            foreach (var column in columns)
            {
                sent[column.Name] = key;
            }

            // A tenant that is only made can name nothing of its own.
            var row = await sides.Do(t => t.CreateAsync(other, kind, sent, new ChangeOptions(AllowsOtherTenant: true), default));
            expected.AddRange(columns.Select(c => $"{other.Noun} {row.Text(other.KeyColumn)} ({c.Property ?? c.Name})"));
        }

        var error = Assert.IsType<SarkConflictException>(
            await sides.Refuses(t => t.RemoveAsync(resource, new RowKey(key), force: false, default)));
        Assert.Equal($"Sark{noun}Conflict", error.ErrorId);
        Assert.Equal(key, error.Target);
        Assert.Empty(expected.Except(error.Dependants));

        var orphans = await sides.Remove(resource, new RowKey(key), force: true);
        // The pairs of a rule are nothing without it.
        Assert.Equal(noun == nameof(CosRule) ? [] : error.Dependants, orphans);
        Assert.IsType<SarkNotFoundException>(await sides.Refuses(t => t.GetAsync(resource, new RowKey(key), default)));
    }
}
