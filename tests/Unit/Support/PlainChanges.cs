using SarkPS.Data;
using SarkPS.Data.Sqlite;
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

    /// <summary>As a client of sark6api creates where it is not strict.</summary>
    public static Task<WriteResult> CreateAsync(
        this SqliteStore store,
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes changes,
        bool isStrict,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        store.Changes.RunOneAsync(
            new ChangeStep(ChangeAction.Create, resource) { Kind = kind, Values = changes, IsStrict = isStrict, Options = options },
            cancellationToken);

    /// <summary>As a client of sark6api updates where it is not strict.</summary>
    public static Task<WriteResult> UpdateAsync(
        this SqliteStore store,
        ResourceDescriptor resource,
        RowKey key,
        Changes changes,
        bool isStrict,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        store.Changes.RunOneAsync(
            new ChangeStep(ChangeAction.Update, resource) { Key = key, Values = changes, IsStrict = isStrict, Options = options },
            cancellationToken);

    public static Task<IReadOnlyList<string>> RemoveAsync(
        this ITableOperations tables,
        ResourceDescriptor resource,
        RowKey key,
        bool force,
        CancellationToken cancellationToken) =>
        tables.RemoveAsync(resource, key, new ChangeOptions(Force: force), cancellationToken);
}
