using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Store;

/// <summary>Calls that are led in a circle: SARK's generator never ends on some, callers on others.</summary>
public sealed class CallLoopTests
{
    private static Changes Of(params (string Column, object? Value)[] values)
    {
        var changes = new Changes();
        foreach (var (column, value) in values)
        {
            changes[column] = value;
        }

        return changes;
    }

    private static Task<SarkRow> Group(TwoSides sides, string key, string? members, string outcome = "Hangup") =>
        sides.Create(RingGroup.Descriptor, null, Of(("pkey", key), ("cluster", "default"), ("out", members), ("outcome", outcome)));

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task A_ring_group_that_leads_to_itself_is_refused_with_its_path(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        await Group(sides, "6001", null);
        await Group(sides, "6002", "6001");
        await Group(sides, "6003", "6002 01924566170");
        var direct = await sides.Invalid(
            t => t.UpdateAsync(RingGroup.Descriptor, new RowKey("6001"), Of(("out", "01924566170 6001")), default));
        Assert.Contains("6001 > 6001", Assert.Single(direct.Errors).Value.Single(), StringComparison.Ordinal);
        var through = await sides.Invalid(t => t.UpdateAsync(RingGroup.Descriptor, new RowKey("6001"), Of(("out", "6003")), default));
        Assert.Equal("out", through.Errors.Single().Key);
        Assert.Contains("6001 > 6003 > 6002 > 6001", through.Message, StringComparison.Ordinal);
        await sides.Invalid(t => t.CreateAsync(
            RingGroup.Descriptor,
            null,
            Of(("pkey", "6009"), ("cluster", "default"), ("out", "Local/6009@internal"), ("outcome", "Hangup")),
            default));
        // What is only nested ends somewhere.
        await sides.Update(RingGroup.Descriptor, new RowKey("6003"), Of(("out", "6001 6002")));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task A_ring_group_is_not_diverted_back_to_itself(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        await Group(sides, "6001", "01924566170");
        await Group(sides, "6002", "01924566170");
        await sides.Update(RingGroup.Descriptor, new RowKey("6002"), Of(("divert", "6001")));
        var direct = await sides.Invalid(t => t.UpdateAsync(RingGroup.Descriptor, new RowKey("6001"), Of(("divert", "6001")), default));
        Assert.Contains("6001 > 6001", direct.Errors.Single(e => e.Key == "divert").Value.Single(), StringComparison.Ordinal);
        var through = await sides.Invalid(t => t.UpdateAsync(RingGroup.Descriptor, new RowKey("6001"), Of(("divert", "6002")), default));
        Assert.Contains("6001 > 6002 > 6001", through.Errors.Single(e => e.Key == "divert").Value.Single(), StringComparison.Ordinal);
        await sides.Update(RingGroup.Descriptor, new RowKey("6001"), Of(("divert", "447700900123")));
    }

    [Fact]
    public async Task A_ring_group_that_comes_back_to_itself_when_nobody_answers_rings_somebody_before()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        await Group(sides, "6001", "01924566170");
        await sides.Update(RingGroup.Descriptor, new RowKey("6001"), Of(("outcome", "6001")));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task Menus_and_queues_that_lead_to_nothing_but_each_other_are_refused(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        foreach (var key in new[] { "day", "night", "later" })
        {
            await sides.Create(Ivr.Descriptor, null, Of(("pkey", key), ("cluster", "default"), ("timeout", "Hangup")));
        }

        await Ivr_("night", ("timeout", "later"), ("option1", "day"));
        // A menu that says itself again is none, as long as it also leads to somebody.
        await Ivr_("day", ("option1", "day"), ("option2", "Operator"), ("timeout", "None"));
        await Ivr_("later", ("timeout", "None"));
        var error = await sides.Invalid(t => t.UpdateAsync(
            Ivr.Descriptor,
            new RowKey("day"),
            Of(("option1", "night"), ("option2", "None"), ("timeout", "day")),
            default));
        Assert.Matches("day > (day|night > day)", error.Message);
        Assert.Contains("reaches nobody", error.Message, StringComparison.Ordinal);

        await Group(sides, "6001", null);
        await sides.Create(
            Queue.Descriptor,
            null,
            Of(("pkey", "wait"), ("cluster", "default"), ("conf", "strategy=ringall\nmember => Local/6001@internal")));
        var queue = await sides.Invalid(t => t.UpdateAsync(RingGroup.Descriptor, new RowKey("6001"), Of(("outcome", "wait")), default));
        Assert.Contains("6001 > wait > 6001", queue.Message, StringComparison.Ordinal);

        Task Ivr_(string key, params (string, object?)[] values) => sides.Update(Ivr.Descriptor, new RowKey(key), Of(values));
    }

    [Fact]
    public async Task A_menu_may_lead_to_the_operator_by_the_word_that_SARK_stores()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var made = await sides.Create(Ivr.Descriptor, null, Of(("pkey", "day"), ("cluster", "default")));
        Assert.Equal("operator", made.Text("timeout"));
        await sides.Update(Ivr.Descriptor, new RowKey("day"), Of(("timeout", "Hangup")));
        var row = await sides.Update(Ivr.Descriptor, new RowKey("day"), Of(("timeout", "operator")));
        Assert.Equal(("operator", "100"), (row.Text("timeout"), row.Text("timeoutrouteclass")));
    }
}
