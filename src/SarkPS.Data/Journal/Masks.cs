using SarkPS.Descriptors;

namespace SarkPS.Data.Journal;

/// <summary>What the journal tells of rows. It holds secrets, since an undoing needs them; nobody is told them.</summary>
internal static class Masks
{
    private const string Mask = "***";

    // Of tables that no resource describes.
    private static readonly string[] Suspicious = ["pass", "secret", "pin", "sipiax", "pjsip", "otp", "key"];

    /// <summary>A column as it is told; null for one that people do not get to see.</summary>
    /// <param name="resource">What the row is; null where its table belongs to none.</param>
    /// <param name="change">The column, with its values as they are stored.</param>
    public static ColumnChange? Column(ResourceDescriptor? resource, ColumnChange change) =>
        IsHidden(resource, change.Column) ? null
        : IsSecret(resource, change.Column) ? change with { Before = Masked(change.Before), After = Masked(change.After) }
        : change;

    /// <summary>A row as it is told.</summary>
    /// <param name="resource">What it is; null where its table belongs to no resource.</param>
    /// <param name="image">The row as it is stored.</param>
    public static SarkRow? Row(ResourceDescriptor? resource, RowImage? image) => image is null ? null : Row(
        [.. image.Columns.Where(c => !IsHidden(resource, c.Key)).Select(c => KeyValuePair.Create(
            c.Key,
            IsSecret(resource, c.Key) ? Masked(c.Value) : RowImage.Plain(c.Value)))]);

    private static SarkRow Row(KeyValuePair<string, object?>[] columns) =>
        new(new RowShape([.. columns.Select(c => c.Key)]), [.. columns.Select(c => c.Value)]);

    /// <summary>A change of a row as it is told by whoever has just made it.</summary>
    /// <param name="change">The change.</param>
    /// <param name="set">The set; null for a rehearsal.</param>
    /// <param name="intent">What is to be known of it.</param>
    public static ChangeEntry Entry(RowChange change, string? set, WriteIntent intent)
    {
        var resource = SarkResources.OfRoute(change.Resource);
        return new ChangeEntry
        {
            ChangeSet = set,
            Cause = intent.Cause,
            Actor = intent.Origin.Actor,
            Address = intent.Origin.Address,
            Request = intent.Origin.Request,
            Reason = intent.Reason,
            Undoes = intent.Undoes,
            Resource = change.Resource,
            Table = change.Table,
            Key = change.Key,
            Action = change.Action,
            Before = Row(resource, change.Before),
            After = Row(resource, change.After),
        };
    }

    private static bool IsHidden(ResourceDescriptor? resource, string column) => resource?.Hidden.Contains(column) == true;

    private static bool IsSecret(ResourceDescriptor? resource, string column) => resource is not null
        ? resource.Find(column)?.IsSecret == true
        : column is not "pkey" && Suspicious.Any(part => column.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static string? Masked(object? value) => RowImage.Text(value) switch
    {
        null => null,
        "" => "",
        _ => Mask,
    };
}
