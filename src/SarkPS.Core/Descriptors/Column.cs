using System.Reflection;
using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>What PowerShell makes of a column.</summary>
public enum ColumnType
{
    /// <summary>A text; telephone numbers too, since they may start with zeros or a plus.</summary>
    Text,

    /// <summary>A whole number, <c>int?</c>.</summary>
    Integer,

    /// <summary>One of two words such as <c>YES</c> and <c>NO</c>, <c>bool?</c>.</summary>
    Flag,

    /// <summary>Seconds since 1970 in UTC, <c>DateTimeOffset?</c>.</summary>
    Time,
}

/// <summary>Who may write a column.</summary>
public enum Access
{
    /// <summary>Nobody: the database or a hook fills it.</summary>
    ReadOnly,

    /// <summary>Everybody, on create and on update, as in sark6api.</summary>
    Write,

    /// <summary>On create only, as in sark6api.</summary>
    Create,

    /// <summary>
    /// Beyond sark6api: only a request that asks to be read strictly, as the module's do. Others are ignored, as sark6api
    /// ignores them.
    /// </summary>
    Strict,
}

/// <summary>A column that names a destination of calls, and where the class of that destination is kept.</summary>
/// <param name="RouteClassColumn">The column that the class is written to.</param>
/// <param name="UnknownMessage">The message about a destination that does not exist; <c>{0}</c> is the value.</param>
/// <param name="IsLookedUpWhenValid">Whether it is looked up only after the other rules have passed.</param>
public sealed record DestinationColumn(string RouteClassColumn, string UnknownMessage, bool IsLookedUpWhenValid);

/// <summary>One column of a table: its names, its type, its rules and its default.</summary>
public sealed class Column
{
    internal Column(string name, string? property, ColumnType type)
    {
        Name = name;
        Property = property;
        Type = type;
    }

    /// <summary>The name in the table and on the wire.</summary>
    public string Name { get; }

    /// <summary>
    /// The name of the property and of the parameter in PowerShell; null where there is none. A part of an element of a
    /// collection is called so in messages and files only.
    /// </summary>
    public string? Property { get; }

    /// <summary>Where it is in the collection that a family of columns is; null for a column that stands alone.</summary>
    public FamilyPlace? Place { get; init; }

    /// <summary>What PowerShell makes of it.</summary>
    public ColumnType Type { get; }

    /// <summary>Who may write it.</summary>
    public Access Access { get; init; }

    /// <summary>The rules of an update.</summary>
    public RuleSet Rules { get; init; } = RuleSet.Empty;

    /// <summary>The rules of a create.</summary>
    public RuleSet CreateRules { get; init; } = RuleSet.Empty;

    /// <summary>Whether a create fills the column in when it was not sent, and tells so in its answer.</summary>
    public bool HasDefault { get; init; }

    /// <summary>What a create fills in: a text, a number or null.</summary>
    public object? Default { get; init; }

    /// <summary>
    /// What a create stores where nothing else is said and SARK's own pages never leave the column empty; null where they do.
    /// sark6api leaves it empty, and so the answer to a create, which tells what sark6api's tells, does not tell it.
    /// </summary>
    public Func<WriteContext, object?>? Filled { get; init; }

    /// <summary>The words for true and false of a <see cref="ColumnType.Flag"/>.</summary>
    public FlagWords? Flag { get; init; }

    /// <summary>Set when the column names a destination of calls.</summary>
    public DestinationColumn? Destination { get; init; }

    /// <summary>Whether the column is left out of every answer.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether a value is a secret: masked in the audit trail and in logs.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether people filter lists by it: <c>Get-</c> has a parameter of its name.</summary>
    public bool IsFilter { get; init; }

    /// <summary>Whether it holds the hardware address of a telephone, which people write with colons, dashes or dots.</summary>
    public bool IsHardwareAddress => Name.EndsWith("macaddr", StringComparison.Ordinal);

    /// <summary>The words that are allowed, or none. Where versions of SARK have words of their own, those of all versions.</summary>
    public IReadOnlyList<string> AllowedValues => Successor is { } later
        ? [.. OwnWords.Union(later.Rules.AllowedValues, StringComparer.Ordinal)]
        : OwnWords;

    /// <summary>The words that are allowed in one version of SARK.</summary>
    /// <param name="version">The version; null for all of them.</param>
    public IReadOnlyList<string> AllowedValuesIn(SarkVersion? version) =>
        version is null || Successor is not { } later ? AllowedValues : version.IsSince(later.Since) ? later.Rules.AllowedValues : OwnWords;

    private IReadOnlyList<string> OwnWords => (Rules.AllowedValues.Count > 0 ? Rules : CreateRules).AllowedValues;

    /// <summary>
    /// What a value must be, as the part of a sentence: <c>allowed are udp, tcp</c>, <c>it must be the key of a tenant</c>. Null
    /// where nothing short can be said.
    /// </summary>
    /// <param name="version">The version of SARK; null for all of them.</param>
    public string? Allowed(SarkVersion? version) =>
        AllowedValuesIn(version) is { Count: > 0 } words ? $"allowed are {string.Join(", ", words)}"
        : (Rules.Hint ?? CreateRules.Hint) is { } hint ? $"it must be {hint}"
        : Reference?.Noun is { } noun ? $"it must be the key of {SarkText.WithArticle(SarkText.Words(noun))}"
        : null;

    /// <summary>The version of SARK that began with the column; null where every version has it.</summary>
    public SarkVersion? Since { get; init; }

    /// <summary>The rules that a later version of SARK has instead, and which version; null where all versions have the same.</summary>
    public (SarkVersion Since, RuleSet Rules)? Successor { get; init; }

    /// <summary>
    /// The property of a record, or of an element of it, that holds the column; a secret is no public one. Null where there
    /// is none.
    /// </summary>
    public PropertyInfo? PropertyOf(Type record) =>
        Place?.Property ?? (Property is null
        ? null
        : record.GetProperty(Property, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance));

    /// <summary>What a record, or the element of it, holds of the column.</summary>
    public object? ValueIn(SarkRecord record) =>
        PropertyOf(record.GetType())?.GetValue(Place is { } place ? place.Family.ElementOf(record, place.Number) : record);

    /// <summary>The property whose doc comment tells what the column is, as the files of such comments name it.</summary>
    /// <param name="record">The type of the record.</param>
    public string CommentId(Type record) =>
        Place is { Property: var part } ? $"P:{part.DeclaringType}.{part.Name}" : $"P:{record}.{Property}";

    /// <summary>The resource whose key the column holds, or null.</summary>
    public Reference? Reference => Rules.Reference ?? CreateRules.Reference;

    /// <summary>Which rows the column names and how it spells them; null where it names none.</summary>
    public RowNames? Names { get; init; }

    /// <summary>
    /// The rules of a request that asks to be read strictly, where sark6api's own say another thing: it takes a number alone
    /// where SARK's pages take any destination.
    /// </summary>
    public RuleSet? StrictRules { get; init; }

    /// <summary>
    /// How SARK spells what a strict request sends, before that is judged: people write one and the same in several ways.
    /// Null where there is one way only.
    /// </summary>
    public Func<string?, string?>? Reads { get; init; }

    /// <summary>Whether a value may be taken away again: SARK copes without one.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>What SARK's own programs can carry in it; null where the type says all: a number, a flag, a time.</summary>
    public ValueForm? Form { get; init; }

    /// <summary>Which other rows' names it must differ from, since SARK's generator writes them into one file.</summary>
    public IReadOnlyList<NameSpace> NameSpaces { get; init; } = [];

    /// <summary>The most characters that a value may have.</summary>
    public int MaxLength { get; init; } = Lengths.Text;

    /// <summary>
    /// Whether a copy of a row has a value of its own: a password that is drawn, an address that only one telephone can
    /// have. A copy takes it only where it is given expressly.
    /// </summary>
    public bool IsNotCopied { get; init; }

    /// <summary>
    /// Whether a row may name itself here, as an extension names its own mailbox. A copy does not take that over, or it would
    /// share what the other has.
    /// </summary>
    public bool MayNameItself { get; init; }

    /// <summary>Whether a request may write the column.</summary>
    /// <param name="isCreate">On create, else on update.</param>
    /// <param name="isStrict">Whether the request asks to be read strictly.</param>
    public bool IsWritable(bool isCreate, bool isStrict) => Access switch
    {
        Access.Write => true,
        Access.Create => isCreate,
        Access.Strict => isStrict,
        _ => false,
    };
}

/// <summary>How long values may be, by what they are: a file that was pasted into a name helps nobody.</summary>
public static class Lengths
{
    /// <summary>A key, or the key of another row. sark6api has been seen to take 300 characters.</summary>
    public const int Key = 300;

    /// <summary>A text of one line.</summary>
    public const int Text = 1024;

    /// <summary>A list of patterns or members.</summary>
    public const int List = 16384;

    /// <summary>Lines of a configuration file. sark6api has been seen to take 200,000 characters.</summary>
    public const int Block = 262144;
}

/// <summary>The two words of a flag.</summary>
/// <param name="True">The word for true.</param>
/// <param name="False">The word for false.</param>
public sealed record FlagWords(string True, string False)
{
    /// <summary>YES and NO.</summary>
    public static FlagWords YesNo { get; } = new("YES", "NO");

    /// <summary>ON and OFF.</summary>
    public static FlagWords OnOff { get; } = new("ON", "OFF");

    /// <summary>enabled and disabled.</summary>
    public static FlagWords Enabled { get; } = new("enabled", "disabled");

    /// <summary>
    /// Whether two values mean the same, be it in other words: NO, OFF and disabled. What is neither true nor false means
    /// nothing.
    /// </summary>
    /// <param name="one">A value as it is sent or stored.</param>
    /// <param name="other">Another.</param>
    public static bool AreSame(object? one, object? other) =>
        one is not null && other is not null && !PhpValue.IsStructure(one) && !PhpValue.IsStructure(other)
        && Read(PhpValue.Text(one)) is { } flag && flag == Read(PhpValue.Text(other));

    /// <summary>1 and 0.</summary>
    public static FlagWords OneZero { get; } = new("1", "0");

    /// <summary>on and off.</summary>
    public static FlagWords OnOffSmall { get; } = new("on", "off");

    private static readonly FlagWords[] All = [YesNo, OnOff, Enabled, OneZero, new("true", "false")];

    /// <summary>Reads any known word: a stored NO in an ON/OFF column is false all the same. Null when it is none.</summary>
    public static bool? Read(string? word)
    {
        foreach (var words in All)
        {
            if (string.Equals(word, words.True, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            if (string.Equals(word, words.False, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return null;
    }
}
