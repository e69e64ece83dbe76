using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>What was changed, told and undone at the prompt, in the real engine, on both sides.</summary>
public sealed class ChangeCommandTests
{
    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task What_was_changed_is_told_with_its_reason_and_undone(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description 'Acme' -Reason 'a new customer'").Good();
        engine.Run("Set-SarkTenant acme -MaxChannels 10").Good();

        var changes = engine.Run("Get-SarkChange Tenant acme").Good().Of<ChangeEntry>().ToArray();

        Assert.Equal([RowAction.Updated, RowAction.Created], changes.Select(c => c.Action));
        Assert.Equal([null, "a new customer"], changes.Select(c => c.Reason));
        Assert.Contains("chanmax: 30 -> 10", changes[0].Columns.Select(c => c.ToString()));
        var newest = engine.Run("Get-SarkChange -Actor $actor -Key acme -Last 1", ("actor", changes[0].Actor)).Good().Of<ChangeEntry>();
        Assert.Equal(changes[0].ChangeSet, newest.Single().ChangeSet);
        Assert.Empty(engine.Run("Get-SarkChange -After ([datetime]::Now.AddHours(1))").Good().Output);

        // The plan, and nothing is changed.
        var plan = engine.Run("Get-SarkChange Tenant acme -Last 1 | Undo-SarkChange -WhatIf").Good().Of<ChangeEntry>().Single();
        Assert.Equal((RowAction.Updated, "acme"), (plan.Action, plan.Key));
        Assert.Equal(10, engine.Run("(Get-SarkTenant acme).MaxChannels").Single<int>());

        engine.Run("Get-SarkChange Tenant acme -Last 1 | Undo-SarkChange -Force -Reason 'too few'").Good();
        Assert.Equal(30, engine.Run("(Get-SarkTenant acme).MaxChannels").Single<int>());
        var undone = engine.Run("Get-SarkChange -Last 1").Good().Of<ChangeEntry>().Single();
        Assert.Equal((ChangeCause.Undo, "too few", changes[0].ChangeSet), (undone.Cause, undone.Reason, undone.Undoes));
        Assert.NotEmpty(engine.Run("Get-SarkChange -Last 1 | Get-SarkChange").Good().Output);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task What_is_in_the_way_of_an_undoing_is_named(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description 'Acme'").Good();
        engine.Run("New-SarkExtension 4401 -Tenant acme").Good();
        var set = engine.Run("(Get-SarkChange Tenant acme).ChangeSet").Single<string>();

        foreach (var mode in new[] { "-Force", "-WhatIf" })
        {
            var error = engine.Run($"Undo-SarkChange {set} {mode}").Error();
            Assert.Contains("Extension 4401", error.Exception.Message, StringComparison.Ordinal);
            Assert.Equal(ErrorCategory.ResourceExists, error.CategoryInfo.Category);
        }

        Assert.Single(engine.Run("Get-SarkTenant acme").Good().Output);
        var none = engine.Run("Undo-SarkChange 01JDG000000000000000000000 -Force").Error();
        Assert.Equal(ErrorCategory.ObjectNotFound, none.CategoryInfo.Category);
        var word = engine.Run("Get-SarkChange Telephone").Error();
        Assert.Contains("Extension", word.Exception.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Changes_are_found_by_a_pattern_of_their_keys(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("'acme', 'Acre', 'other' | ForEach-Object { New-SarkTenant $_ -Description 'A tenant' }").Good();
        engine.Run("New-SarkCosRule abroad -DialPlan '_00X.' -DefaultOpen YES; New-SarkExtension 4401 -Tenant acme").Good();

        foreach (var (pattern, keys) in new[]
        {
            ("ac*", "Acre acme"), ("*", "other Acre acme"), ("?c[mr]e", "Acre acme"), ("[x-z]*", ""), ("acme", "acme"), ("ac", ""),
            ("`*", ""), ("[^a]cme", "acme"),
        })
        {
            var found = engine.Run($"Get-SarkChange Tenant '{pattern}'").Good().Of<ChangeEntry>().Select(c => c.Key).ToArray();
            Assert.Equal((pattern, keys), (pattern, string.Join(' ', found)));
        }

        // As many as are asked for, of those that fit, and pairs by both parts.
        Assert.Equal("acme", engine.Run("Get-SarkChange -Key *m* -Last 1").Good().Of<ChangeEntry>().Single().Key);
        Assert.NotEmpty(engine.Run("Get-SarkChange CosOpen 4401/*").Good().Output);
        Assert.Contains("is no pattern", engine.Run("Get-SarkChange Tenant 'a[b'").Error().Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_that_is_no_resource_is_refused_alike_everywhere()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var messages = new[]
        {
            "Get-SarkChange Telephone", "Watch-SarkChange Telephone -Timeout 1", "Export-SarkResource -Resource Telephone -Path x.csv",
        }.Select(command => engine.Run(command).Error().Exception.Message).Distinct();

        Assert.StartsWith("'Telephone' is no resource; allowed are Agent, ", Assert.Single(messages), StringComparison.Ordinal);
        // By each of the names that it has.
        engine.Run("New-SarkTenant acme -Description 'Acme'").Good();
        var found = engine.Run("'Tenant', 'tenants', 'SarkTenant', 'TENANT' | ForEach-Object { Get-SarkChange $_ }").Good().Output;
        Assert.Equal(4, found.Count);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task A_watcher_is_told_what_came_since(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description 'Acme'").Good();
        var last = engine.Run("(Get-SarkChange -Last 1).Sequence").Single<long>();
        engine.Run("New-SarkTenant other -Description 'Other'; New-SarkExtension 4401 -Tenant other").Good();
        engine.Database.Execute("UPDATE Cluster SET description = 'by a page' WHERE pkey = 'acme'");

        var seen = engine.Run("Watch-SarkChange Tenant -After $last -First 2 -Timeout 30", ("last", last)).Good().Of<ChangeEntry>();

        Assert.Equal(["other Set", "acme Outside"], seen.Select(c => $"{c.Key} {c.Cause}"));
    }
}
