using System.Text;
using System.Text.RegularExpressions;

namespace SarkPS.Rules;

/// <summary>The rules of one column, in the order in which they are judged and reported.</summary>
public sealed partial class RuleSet(params Rule[] rules)
{
    private readonly bool isNullable = rules.Contains(Rule.Nullable);
    private readonly bool isNumber = rules.Any(r => r.MakesNumber);

    /// <summary>Whether a value that was not sent is judged too.</summary>
    internal bool JudgesAbsent { get; } = rules.Any(r => r.IsImplicit);

    /// <summary>No rule: anything passes.</summary>
    public static RuleSet Empty { get; } = new();

    /// <summary>The rules in order.</summary>
    public IReadOnlyList<Rule> Rules => rules;

    /// <summary>Whether the column must be sent.</summary>
    public bool IsRequired => rules.Contains(Rule.Required);

    /// <summary>Whether null passes.</summary>
    public bool IsNullable => isNullable;

    /// <summary>Whether a number is wanted.</summary>
    public bool IsNumber => rules.Any(r => r.Text is "integer" or "numeric");

    /// <summary>Whether sizes count as amounts and not as lengths.</summary>
    public bool CountsAmounts => isNumber;

    /// <summary>What a text must match, as a regular expression of JSON Schema; null where none says it.</summary>
    public string? TextPattern => rules.Select(r => r.TextPattern).FirstOrDefault(p => p is not null);

    /// <summary>The least and the most, of an amount or of a length; null for no limit.</summary>
    public (long? Least, long? Most) Bounds => (rules.Max(r => r.Bounds.Least), rules.Min(r => r.Bounds.Most));

    /// <summary>The words that an <c>in</c> rule allows, or none.</summary>
    public IReadOnlyList<string> AllowedValues => rules.OfType<Rule.OneOf>().FirstOrDefault()?.Values ?? [];

    /// <summary>What an <c>exists</c> rule looks in, or null.</summary>
    public Reference? Reference => rules.OfType<Rule.Existing>().FirstOrDefault()?.Reference;

    /// <summary>What a pattern allows, in words, or null.</summary>
    public string? Hint => rules.OfType<Rule.Pattern>().FirstOrDefault()?.Hint;

    /// <summary>The rules as Laravel writes them, such as <c>integer|nullable</c>.</summary>
    public override string ToString() => string.Join('|', rules.Select(r => r.Text));

    /// <summary>The same with other rules before them, as a create adds <c>required</c>.</summary>
    public RuleSet Before(params Rule[] first) => new([.. first, .. rules.Except(first)]);

    /// <summary>The messages about a value; empty when it passes.</summary>
    /// <param name="column">The column's name on the wire.</param>
    /// <param name="isSent">Whether it was sent at all.</param>
    /// <param name="value">The value, trimmed, with an empty text already made null.</param>
    /// <param name="exists">Looks for a row elsewhere.</param>
    /// <param name="isStrict">Whether the request asks to be read strictly.</param>
    public IReadOnlyList<string> Judge(
        string column,
        bool isSent,
        object? value,
        Func<Reference, object?, bool> exists,
        bool isStrict = false)
    {
        List<string>? messages = null;
        var context = new RuleContext(isNumber, exists, isStrict);
        var isBlank = value is string text && text.Trim().Length == 0;
        foreach (var rule in rules)
        {
            if (ReferenceEquals(rule, Rule.Nullable))
            {
                continue;
            }

            // Laravel's order of questions: an absent or blank value concerns implicit rules only, null passes where it is
            // allowed, and the database is not asked about a value that already failed.
            if (!rule.IsImplicit && (!isSent || isBlank || (isNullable && value is null) || (rule.NeedsCleanValue && messages is not null)))
            {
                continue;
            }

            if (!rule.Passes(value, context))
            {
                (messages ??= []).Add(rule.Message(Spell(column), value, context));
                if (rule.IsImplicit)
                {
                    break;
                }
            }
        }

        return messages ?? [];
    }

    /// <summary>
    /// A column's name as messages spell it: <c>ABSTIMEOUT</c> is <c>a b s t i m e o u t</c>, <c>z_updater</c> is
    /// <c>z updater</c>, <c>IPphone_pkey</c> is <c>i pphone pkey</c>.
    /// </summary>
    public static string Spell(string column)
    {
        if (column.Length == 0 || column.All(char.IsAsciiLetterLower))
        {
            return column;
        }

        var joined = new StringBuilder(column.Length);
        var startsWord = true;
        foreach (var letter in column)
        {
            if (char.IsWhiteSpace(letter))
            {
                startsWord = true;
                continue;
            }

            joined.Append(startsWord ? char.ToUpperInvariant(letter) : letter);
            startsWord = false;
        }

        return BeforeCapital().Replace(joined.ToString(), "$1_").ToLowerInvariant().Replace('_', ' ');
    }

    [GeneratedRegex("(.)(?=[A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex BeforeCapital();
}
