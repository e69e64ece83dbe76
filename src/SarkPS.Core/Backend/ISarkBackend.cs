using SarkPS.Descriptors;
using SarkPS.Resources;

namespace SarkPS;

/// <summary>
/// A telephone exchange, either this machine's files and database or a service elsewhere. Both give the same objects and
/// throw the same <see cref="SarkException"/>s, so that nobody above needs to know which it is.
/// </summary>
public interface ISarkBackend : IAsyncDisposable
{
    /// <summary>Where the exchange is: the path of a database, or the address of a service.</summary>
    string Location { get; }

    /// <summary>Whether the exchange is reached over HTTP.</summary>
    bool IsRemote { get; }

    /// <summary>Whether an embedded database was just made because this machine has none; people are told where.</summary>
    bool CreatedDatabase { get; }

    /// <summary>
    /// How much of it is reached. What is not covered is refused with <see cref="SarkErrorKind.Unsupported"/> and that
    /// reason, when it is asked for.
    /// </summary>
    ExchangeCoverage Coverage { get; }

    /// <summary>Whether a part belongs to what is reached. One that does not is refused when it is asked for.</summary>
    bool Covers(ExchangePart part);

    /// <summary>The version of SARK that its database is of; null while that cannot be told.</summary>
    SarkVersion? Version { get; }

    /// <summary>Makes sure that the exchange is there, is one, and lets the caller in.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SarkException">It is not; the message says what is there instead.</exception>
    Task VerifyAsync(CancellationToken cancellationToken = default);

    /// <summary>Everything that is kept in tables.</summary>
    ITableOperations Tables { get; }

    /// <summary>Changes of those as sets: planned, made, remembered, undone.</summary>
    IChanges Changes { get; }

    /// <summary>The Asterisk that runs on it.</summary>
    IAsteriskOperations Asterisk { get; }

    /// <summary>Copies of the database.</summary>
    ISnapshotOperations Snapshots { get; }

    /// <summary>Archives of the whole machine.</summary>
    IBackupOperations Backups { get; }

    /// <summary>Greetings.</summary>
    IGreetingOperations Greetings { get; }

    /// <summary>Shorewall's rules.</summary>
    IFirewallOperations Firewall { get; }

    /// <summary>Call records.</summary>
    ICallRecordOperations CallRecords { get; }

    /// <summary>Commands to the machine.</summary>
    ISystemOperations System { get; }

    /// <summary>Long work that goes on there, or has ended.</summary>
    IJobs Jobs { get; }

    /// <summary>The tokens of its service.</summary>
    IApiTokens Tokens { get; }
}

/// <summary>Which row: its key, and the second part where the key has two.</summary>
/// <param name="First">The key as in an address.</param>
/// <param name="Second">The second part; null where there is none, or where all rows of the first part are meant.</param>
public sealed record RowKey(string First, string? Second = null)
{
    /// <inheritdoc/>
    public override string ToString() => Second is null ? First : $"{First}/{Second}";
}

/// <summary>How a change is made.</summary>
/// <param name="IsRehearsal">
/// Whether it is only rehearsed: all of it is judged and made, what belongs to the row included, in a transaction that is
/// then rolled back. The answer, or the error, is that of a real one, and nothing is changed.
/// </param>
/// <param name="Force">Whether a row is removed even though others name it.</param>
/// <param name="AllowsOtherTenant">Whether a destination may belong to another tenant than the row that names it.</param>
public sealed record ChangeOptions(bool IsRehearsal = false, bool Force = false, bool AllowsOtherTenant = false)
{
    /// <summary>Why a change that is made by itself is made, for the history. A set of several says it for all.</summary>
    public string? Reason { get; init; }

    /// <summary>Who makes a change that is made by itself.</summary>
    public ChangeOrigin Origin { get; init; } = ChangeOrigin.Local;

    /// <summary>A real change, with every safeguard.</summary>
    public static ChangeOptions Default { get; } = new();
}

/// <summary>Rows of any resource. Requests are read strictly: a column that cannot be written is an error, never ignored.</summary>
public interface ITableOperations
{
    /// <summary>The rows of a resource in their usual order.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="filter">Column names and the text that each must hold; null for all rows.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<SarkRow>> ListAsync(
        ResourceDescriptor resource,
        IReadOnlyDictionary<string, string>? filter,
        CancellationToken cancellationToken);

    /// <summary>Some rows of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="query">Which, in which order, what of them, and how many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SarkValidationException">It names a column that is none, or the cursor of another list.</exception>
    Task<ListPage> PageAsync(ResourceDescriptor resource, ListQuery query, CancellationToken cancellationToken);

    /// <summary>One row.</summary>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    Task<SarkRow> GetAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken);

    /// <summary>Makes a row.</summary>
    /// <returns>The row as it is stored now.</returns>
    /// <exception cref="SarkValidationException">A value broke a rule, or the key is taken.</exception>
    Task<SarkRow> CreateAsync(
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken);

    /// <summary>Changes the columns that are named and no others.</summary>
    /// <returns>The row as it is stored now.</returns>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    /// <exception cref="SarkValidationException">A value broke a rule.</exception>
    Task<SarkRow> UpdateAsync(
        ResourceDescriptor resource,
        RowKey key,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken);

    /// <summary>Removes a row and what belongs to it.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="key">The row; for a key of two parts without the second, all rows of the first.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What names it and now points nowhere.</returns>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    /// <exception cref="SarkConflictException">It is protected, or others name it and <see cref="ChangeOptions.Force"/> is
    /// not set.</exception>
    Task<IReadOnlyList<string>> RemoveAsync(
        ResourceDescriptor resource,
        RowKey key,
        ChangeOptions options,
        CancellationToken cancellationToken);

    /// <summary>The rows that SARK's own programs cannot carry as they are, the worst first.</summary>
    Task<IReadOnlyList<ConfigurationFault>> InspectAsync(CancellationToken cancellationToken);

    /// <summary>Everything that calls can be sent to: the fixed targets first, then what the tables hold.</summary>
    Task<IReadOnlyList<Destination>> DestinationsAsync(CancellationToken cancellationToken);

    /// <summary>Whether each tenant is open now, and until when, by the exchange's own clock.</summary>
    /// <returns>One for each tenant. Empty where the exchange cannot tell: a service that does not know the question.</returns>
    Task<IReadOnlyList<OpeningHours>> HoursAsync(CancellationToken cancellationToken);
}
