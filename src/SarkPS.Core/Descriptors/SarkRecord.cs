namespace SarkPS;

/// <summary>The base of everything that comes out of a table: typed properties, and the row as it is stored.</summary>
public abstract class SarkRecord
{
    /// <summary>
    /// The row as it is stored: column names and SARK's own values, also those that have no property here or could not be
    /// read as its type.
    /// </summary>
    // No public property: everything that turns objects into text would write each value twice, secrets included. The
    // module gives scripts a hidden property of this name.
    internal IReadOnlyDictionary<string, object?> Raw { get; set; } = new Dictionary<string, object?>();

    /// <summary>
    /// The row as it is stored: column names and SARK's own values. At the prompt it is the hidden property <c>Raw</c>.
    /// </summary>
    public IReadOnlyDictionary<string, object?> GetRaw() => Raw;

    /// <summary>
    /// The exchange that it came from: the path of a database or the address of a service. Piped to another command it
    /// goes back there. Null for what no exchange gave.
    /// </summary>
    public string? Exchange => Home?.ToString();

    /// <summary>The connection that it came over. Its text is where that leads.</summary>
    internal object? Home { get; set; }

    /// <summary>When the row was made; null where the table does not say.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the row was last changed; null where the table does not say.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>Who changed it last, as SARK notes it.</summary>
    public string? Updater { get; init; }
}

/// <summary>A resource says of itself what it is.</summary>
/// <typeparam name="T">The resource.</typeparam>
public interface ISarkResource<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>Everything that the store, the service, the client, the cmdlets and the documentation know about it.</summary>
    static abstract Descriptors.ResourceDescriptor<T> Descriptor { get; }
}
