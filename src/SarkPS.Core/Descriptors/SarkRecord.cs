using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using System.Net;
using System.Reflection;
using System.Security;

namespace SarkPS;

/// <summary>The base of everything that comes out of a table: typed properties, and the row as it is stored.</summary>
public abstract class SarkRecord : IDynamicMetaObjectProvider
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
    /// A secret, such as a password, by the name of its property. Secrets are no public properties, so that what shows or
    /// writes everything does not hold them; at the prompt each is a hidden property.
    /// </summary>
    /// <exception cref="ArgumentException">There is no secret of this name.</exception>
    public string? GetSecret(string property) => (string?)Secret(property).GetValue(this);

    /// <summary>Sets a secret of this object; nothing is stored by that.</summary>
    /// <param name="property">The name of its property.</param>
    /// <param name="value">A text, a SecureString, a credential whose password is meant, or null.</param>
    /// <exception cref="ArgumentException">There is no secret of this name, or the value is none of these.</exception>
    public void SetSecret(string property, object? value) => Secret(property).SetValue(this, value switch
    {
        null or string => value,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        SecureString secret => new NetworkCredential("", secret).Password,
        // A shell's credential, of a type that is not known here.
        _ when value.GetType().GetProperty("Password")?.GetValue(value) is SecureString secret => new NetworkCredential("", secret)
            .Password,
        _ => throw new ArgumentException(
            $"{property} takes a text, a SecureString or a credential, no {value.GetType().Name}.",
            nameof(value)),
    });

    // Explicit: it is for the language that a script is written in, and nothing that people see.
    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => new SarkAssignment(parameter, this);

    private PropertyInfo Secret(string property) =>
        GetType().GetProperty(
            property,
            BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.IgnoreCase | BindingFlags.DeclaredOnly) is { } found
                && found.PropertyType == typeof(string)
            ? found
            : throw new ArgumentException($"A {SarkText.Words(GetType().Name)} has no secret '{property}'.", nameof(property));

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
