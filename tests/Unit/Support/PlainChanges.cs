using SarkPS.Descriptors;

namespace SarkPS.Tests.Support;

/// <summary>Changes as most tests make them: real ones, with every safeguard.</summary>
internal static class PlainChanges
{
    public static Task<SarkRow> CreateAsync(
        this ITableOperations tables,
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes changes,
        CancellationToken cancellationToken) =>
        tables.CreateAsync(resource, kind, changes, ChangeOptions.Default, cancellationToken);

    public static Task<SarkRow> UpdateAsync(
        this ITableOperations tables,
        ResourceDescriptor resource,
        RowKey key,
        Changes changes,
        CancellationToken cancellationToken) =>
        tables.UpdateAsync(resource, key, changes, ChangeOptions.Default, cancellationToken);

    public static Task<IReadOnlyList<string>> RemoveAsync(
        this ITableOperations tables,
        ResourceDescriptor resource,
        RowKey key,
        bool force,
        CancellationToken cancellationToken) =>
        tables.RemoveAsync(resource, key, new ChangeOptions(Force: force), cancellationToken);
}
