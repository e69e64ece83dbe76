using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data;

/// <summary>What a write answers.</summary>
/// <param name="Answer">What sark6api would answer: on create the defaults and what was sent, on update the old row with
/// what was sent.</param>
/// <param name="Key">The row that was written.</param>
/// <param name="Stored">The row as it is stored now.</param>
/// <param name="Notices">What is to be known of it, as sentences.</param>
public sealed record WriteResult(
    IEnumerable<KeyValuePair<string, object?>> Answer,
    RowKey Key,
    SarkRow Stored,
    IReadOnlyList<string> Notices);

/// <summary>Rows of any resource as a service passes them on: as bytes, and with the answers that sark6api gives.</summary>
public interface IJsonTables
{
    /// <summary>The rows of a resource in their usual order, as a JSON array in UTF-8, to be disposed by the caller.</summary>
    ValueTask<JsonRows> ListJsonAsync(
        ResourceDescriptor resource,
        IReadOnlyDictionary<string, string>? filter,
        CancellationToken cancellationToken);

    /// <summary>One row as a JSON object in UTF-8, or null where there is none.</summary>
    ValueTask<JsonRows?> GetJsonAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken);

    /// <summary>Makes a row.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="kind">Which kind of it, where there are several.</param>
    /// <param name="sent">What was sent.</param>
    /// <param name="isStrict">Whether what cannot be written is refused instead of ignored.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<WriteResult> CreateAsync(
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes sent,
        bool isStrict,
        ChangeOptions options,
        CancellationToken cancellationToken);

    /// <summary>Changes the columns that are named and no others.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    Task<WriteResult> UpdateAsync(
        ResourceDescriptor resource,
        RowKey key,
        Changes sent,
        bool isStrict,
        ChangeOptions options,
        CancellationToken cancellationToken);
}
