using System.Collections;
using System.Management.Automation;
using SarkPS.Cmdlets;
using SarkPS.Descriptors;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>The cmdlets of every resource in the real engine, worked out from the descriptors.</summary>
public sealed class ResourceCommandTests
{
    public static TheoryData<string, Side> Tables => Of(r => r is { IsSingleton: false, SecondKeyColumn: null });

    public static TheoryData<string, Side> Everything => Of(_ => true);

    [SkippableTheory]
    [MemberData(nameof(Tables))]
    public async Task New_Get_Set_and_Remove_work_with_every_parameter(string noun, Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        var (resource, samples) = Start(engine, noun);
        var kind = Samples.Kinds(resource)[0];
        var sent = await samples.LeastAsync(resource, kind, 11);
        var given = await ParametersAsync(samples, resource, kind, sent);
        // The class of a destination follows the destination, whatever is said of it.
        foreach (var derived in resource.Columns.Where(c => c.Destination is not null)
            .Select(c => resource.Find(c.Destination!.RouteClassColumn)?.Property)
            .OfType<string>())
        {
            given.Remove(derived);
        }

        // A row that moves to another tenant leaves what it names behind, unless that is wanted.
        var anywhere = engine.Run($"(Get-Command Set-Sark{noun}).Parameters.ContainsKey('AllowOtherTenant')").Single<bool>()
            ? "-AllowOtherTenant"
            : "";

        var made = engine.Run($"New-Sark{noun} @given", ("given", given)).Good();
        var record = Assert.IsAssignableFrom<SarkRecord>(Assert.Single(made.Output).BaseObject);
        var key = PhpValue.Text(record.Raw[resource.KeyColumn]);
        AssertHolds(resource, record, given);

        record = (SarkRecord)Assert.Single(engine.Run($"Get-Sark{noun} -Key $key", ("key", key)).Good().Output).BaseObject;
        AssertHolds(resource, record, given);

        foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, SarkVersion.V62))
        {
            var value = ToParameter(column, (await samples.ValidAsync(column, rules))[1]);
            var one = new Hashtable();
            Give(one, column, value);
            var changed = Assert.Single(engine.Run($"Set-Sark{noun} -Key $key -PassThru {anywhere} @one", ("one", one)).Good().Output);
            if (!column.IsHidden)
            {
                AssertHolds(resource, (SarkRecord)changed.BaseObject, one);
            }
        }

        Assert.Empty(engine.Run($"Remove-Sark{noun} -Key $key -Confirm:$false").Good().Output);
        var error = engine.Run($"Get-Sark{noun} -Key $key").Error();
        Assert.Equal((ErrorCategory.ObjectNotFound, key), (error.CategoryInfo.Category, error.TargetObject));
        Assert.StartsWith($"Sark{noun}NotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Everything))]
    public async Task WhatIf_changes_nothing(string noun, Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        var (resource, samples) = Start(engine, noun);
        var sent = resource.IsSingleton ? [] : await samples.LeastAsync(resource, Samples.Kinds(resource)[0], 11);
        var given = new Hashtable();
        foreach (var (column, value) in sent)
        {
            Give(given, resource.Find(column)!, value);
        }

        var key = resource.IsSingleton || resource.SecondKeyColumn is not null ? null
            : resource.GeneratesKey ? engine.Run($"(New-Sark{noun}).Key").Good().Output.Single().ToString()
            : await samples.EnsureAsync(resource, 1);
        var before = engine.Database.Content();
        if (!resource.IsSingleton)
        {
            Assert.Empty(engine.Run($"New-Sark{noun} @given -WhatIf", ("given", given)).Good().Output);
            if (resource.SecondKeyColumn is not null)
            {
                engine.Run($"New-Sark{noun} @given").Good();
                before = engine.Database.Content();
            }

            var script = resource.SecondKeyColumn is null ? $"Remove-Sark{noun} -Key $key -WhatIf" : $"Remove-Sark{noun} @given -WhatIf";
            Assert.Empty(engine.Run(script, ("key", key)).Good().Output);
            // -Force is about what others name, never about asking.
            if (resource.SecondKeyColumn is null)
            {
                Assert.Empty(engine.Run($"Remove-Sark{noun} -Key $key -Force -WhatIf").Good().Output);
            }
        }

        if (resource.SecondKeyColumn is null)
        {
            var (column, rules) = resource.RulesFor(null, isCreate: false, isStrict: true, SarkVersion.V62)
                .First(r => r.Column.Destination is null && r.Rules.Reference is null);
            var one = new Hashtable();
            Give(one, column, ToParameter(column, (await samples.ValidAsync(column, rules))[1]));
            if (key is not null)
            {
                one["Key"] = key;
            }

            Assert.Empty(engine.Run($"Set-Sark{noun} @one -WhatIf", ("one", one)).Good().Output);
        }

        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    private static TheoryData<string, Side> Of(Func<ResourceDescriptor, bool> where)
    {
        var data = new TheoryData<string, Side>();
        foreach (var resource in SarkResources.All.Where(where))
        {
            data.Add(resource.Noun, Side.Local);
            data.Add(resource.Noun, Side.Remote);
        }

        return data;
    }

    // Rows that others name are made past the cmdlets.
    private static (ResourceDescriptor Resource, Samples Samples) Start(
        TestEngine engine,
        string noun) => (SarkResources.Find(noun), new Samples(async (resource, kind, changes) =>
    {
        await using var backend = new SarkPS.Data.LocalBackend(engine.Database.Options);
        return await backend.Tables.CreateAsync(resource, kind, changes, default);
    }));

    private static async Task<Hashtable> ParametersAsync(Samples samples, ResourceDescriptor resource, CreateKind? kind, Changes least)
    {
        var given = new Hashtable();
        foreach (var (column, rules) in resource.RulesFor(kind, isCreate: true, isStrict: true, SarkVersion.V62))
        {
            Give(
                given,
                column,
                ToParameter(column, least.Has(column.Name) ? least[column.Name] : (await samples.ValidAsync(column, rules))[0]));
        }

        if (kind is not null)
        {
            given["Kind"] = kind.Name;
        }

        return given;
    }

    private static void Give(Hashtable given, Column column, object? value)
    {
        if (column.Place is not { } place)
        {
            given[column.Property!] = value;
            return;
        }

        var elements = (Hashtable)(given[place.Family.Parameter] ??= new Hashtable());
        ((Hashtable)(elements[place.Number] ??= new Hashtable()))[place.Property.Name] = value;
    }

    private static object? ToParameter(Column column, object? value) => column.Type switch
    {
        ColumnType.Flag => (string?)value == column.Flag!.True,
        ColumnType.Time => DateTimeOffset.FromUnixTimeSeconds((long)value!),
        ColumnType.Integer => (int)(long)value!,
        _ => value,
    };

    private static void AssertHolds(ResourceDescriptor resource, SarkRecord record, Hashtable given)
    {
        foreach (DictionaryEntry value in given)
        {
            if (resource.FindProperty((string)value.Key) is { IsHidden: false })
            {
                Assert.Equal(value.Value, resource.FindProperty((string)value.Key)!.ValueIn(record));
            }

            foreach (DictionaryEntry element in resource.FindFamily((string)value.Key) is null ? [] : (Hashtable)value.Value!)
            {
                foreach (DictionaryEntry part in (Hashtable)element.Value!)
                {
                    Assert.Equal(part.Value, resource.Columns.Single(
                        c => c.Place is { } p && p.Number == (int)element.Key && p.Property.Name == (string)part.Key).ValueIn(record));
                }
            }
        }
    }
}
