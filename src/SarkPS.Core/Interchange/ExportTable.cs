using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>The rows of a resource as they stand in a file that can be imported again.</summary>
internal sealed class ExportTable
{
    private readonly Column[] columns;

    /// <summary>Chooses the columns.</summary>
    /// <param name="resource">What the rows are.</param>
    /// <param name="includeSecrets">Whether passwords are among them.</param>
    /// <param name="version">The version of SARK that the exchange is of; null where that is not known.</param>
    public ExportTable(ResourceDescriptor resource, bool includeSecrets, SarkVersion? version)
    {
        bool IsKey(Column column) => column.Name == resource.KeyColumn || column.Name == resource.SecondKeyColumn;
        columns =
        [
            .. resource.Columns.Where(c => c is { Property: not null, IsHidden: false } && (includeSecrets || !c.IsSecret)
                && version?.IsSince(c.Since) != false
                && (IsKey(c) || c.IsWritable(isCreate: true, isStrict: true) || c.IsWritable(isCreate: false, isStrict: true)))
                .OrderByDescending(IsKey),
        ];
    }

    /// <summary>The headings.</summary>
    public IReadOnlyList<string> Headings => Array.ConvertAll(columns, c => c.Property!);

    /// <summary>The cells of a row; null for nothing.</summary>
    public object?[] Cells(SarkRow row) => Array.ConvertAll(columns, c => CellText.Write(c, row[c.Name]));
}
