using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>A ring group that is diverted, by a service code that anybody can dial, goes on at another number.</summary>
internal sealed class RingGroupHooks : ResourceHooks
{
    private const string Divert = "divert";

    public override void Validate(WriteContext context)
    {
        if (context.Sent.Has(Divert) && !context.HasError(Divert)
            && (context.Current?.Text(Key) ?? Text(context.Sent[Key])) is { } key
            && Circle(context.Session, key, Text(context.Sent[Divert])) is { } circle)
        {
            context.AddError(Divert, circle);
        }
    }

    public override IEnumerable<(FaultKind Kind, string Column, string Problem)> Inspect(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        if (row.Text(Key) is { } key && Circle(session, key, row.Text(Divert)) is { } circle)
        {
            yield return (FaultKind.Loop, Divert, circle);
        }
    }

    private static string Key => RingGroup.Descriptor.KeyColumn;

    // The last of a chain that leads back to its first closes the circle.
    private static string? Circle(IRowSession session, string key, string? divert)
    {
        var path = new List<string> { key };
        for (var next = divert; next is { Length: > 0 } && (next == key || !path.Contains(next)); next = session.Select(RingGroup.Descriptor.Table, (Key, next)) is [var row, ..] ? row.Text(Divert) : null)
        {
            path.Add(next);
            if (next == key)
            {
                return $"The divert leads the ring group '{key}' back to itself: {string.Join(" > ", path)}. A call to it would go round without end once it is diverted.";
            }
        }

        return null;
    }

    private static string? Text(object? value) => value is null ? null : PhpValue.Text(value);
}
