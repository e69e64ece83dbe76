using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>The base of cmdlets that ask Asterisk for a list and may be given names to look for in it.</summary>
/// <param name="ask">Asks for the whole list.</param>
/// <param name="nameProperty">The property of what it lists that is the name.</param>
/// <param name="kinds">The kinds of things, beside what it lists, that name something here.</param>
/// <typeparam name="T">What the list holds.</typeparam>
public abstract class AsteriskListCommand<T>(
    Func<IAsteriskOperations, CancellationToken, Task<IReadOnlyList<T>>> ask,
    string nameProperty,
    params string[] kinds) : SarkCmdlet
{
    private static readonly string Noun = typeof(T).Name;

    /// <summary>
    /// What to look for; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it
    /// literal. Without it, everything is listed.
    /// </summary>
    [Parameter(Position = 0)]
    [Alias("Key", "pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Name { get; set; }

    /// <summary>
    /// What is piped in, taken for what it is and letter by letter: names, what this command lists, or rows of the resource
    /// that it is about.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        if (!IsPiped && Name is null)
        {
            Try(() => EmitEach(Wait(token => AskAsync(Backend.Asterisk, token))));
            return;
        }

        ForEachWish(Name, InputObject, wish =>
        {
            if (wish.Item is not null && Name is not null)
            {
                throw wish.Item.Besides(Noun, nameof(Name));
            }

            if (wish.IsPattern)
            {
                var matches = wish.Matcher(Noun);
                EmitEach(Wait(token => AskAsync(Backend.Asterisk, token)).Where(i => matches(NameOf(i))));
                return;
            }

            var name = wish.Item is not { } item ? wish.Literal
                : item.NameFor(Noun, [Noun, .. kinds], item.Kind == Noun ? [nameProperty] : ["Name", "Key", "pkey"]);
            EmitEach(Wait(token => FindAsync(Backend.Asterisk, name, token)));
        });
    }

    /// <summary>The whole list.</summary>
    private protected virtual Task<IReadOnlyList<T>> AskAsync(IAsteriskOperations asterisk, CancellationToken cancellationToken) =>
        ask(asterisk, cancellationToken);

    /// <summary>The items of one name.</summary>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    private protected virtual async Task<IReadOnlyList<T>> FindAsync(
        IAsteriskOperations asterisk,
        string name,
        CancellationToken cancellationToken)
    {
        var found = (await AskAsync(asterisk, cancellationToken).ConfigureAwait(false)).Where(
            i => string.Equals(NameOf(i), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found.Length > 0 ? found : throw new SarkNotFoundException(Noun, name);
    }

    private string? NameOf(T item) => (string?)typeof(T).GetProperty(nameProperty)!.GetValue(item);
}
