using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace SarkPS.Rules;

/// <summary>What a rule may look at besides the value: the other rules of the column, and the database.</summary>
/// <param name="IsNumber">Whether the column has a rule that makes sizes count as amounts instead of lengths.</param>
/// <param name="Exists">Whether a table holds a row with this value in this column.</param>
/// <param name="IsStrict">Whether the request asks to be read strictly; some rules of sark6api are narrower than SARK itself.</param>
public sealed record RuleContext(bool IsNumber, Func<Reference, object?, bool> Exists, bool IsStrict = false);

/// <summary>A column that must name a row elsewhere.</summary>
/// <param name="Table">The table that is looked in.</param>
/// <param name="Column">The column that is compared.</param>
/// <param name="Noun">The resource that the rows belong to, as in a cmdlet's name; null where it is none.</param>
public sealed record Reference(string Table, string Column, string? Noun);

/// <summary>
/// One rule of a column, with the meaning and the English message of the Laravel 7 rule of the same name: clients of the
/// original match on them. (https://laravel.com/docs/7.x/validation)
/// </summary>
public abstract class Rule
{
    /// <summary>The rule as Laravel writes it, such as <c>in:YES,NO</c>.</summary>
    public abstract string Text { get; }

    /// <summary>Whether the rule judges a missing or empty value too.</summary>
    public virtual bool IsImplicit => false;

    /// <summary>Whether the rule makes sizes count as amounts instead of lengths.</summary>
    public virtual bool MakesNumber => false;

    /// <summary>Whether the rule is left out once the column has an error, as look-ups in the database are.</summary>
    public virtual bool NeedsCleanValue => false;

    /// <summary>
    /// What a text must match to pass, as a regular expression of JSON Schema (ECMA-262); null where none says it, or
    /// where it takes what not every reader of such expressions knows, as letters of any script.
    /// </summary>
    public virtual string? TextPattern => null;

    /// <summary>The least and the most, of an amount or of a length; null for no limit.</summary>
    public virtual (long? Least, long? Most) Bounds => default;

    /// <summary>Whether the value passes.</summary>
    public abstract bool Passes(object? value, RuleContext context);

    /// <summary>The message about a value that did not pass.</summary>
    /// <param name="name">The column's name as messages spell it, see <see cref="RuleSet.Spell"/>.</param>
    /// <param name="context">The same as for <see cref="Passes"/>.</param>
    public abstract string Message(string name, RuleContext context);

    /// <summary>The message with the value that did not pass, for rules that say more of it.</summary>
    /// <param name="name">The column's name as messages spell it.</param>
    /// <param name="value">The value.</param>
    /// <param name="context">The same as for <see cref="Passes"/>.</param>
    public virtual string Message(string name, object? value, RuleContext context) => Message(name, context);

    /// <summary>Must be sent, and not null or blank.</summary>
    public static Rule Required { get; } = new Plain("required", "The {0} field is required.", v => v switch
    {
        null => false,
        string text => text.Trim().Length > 0,
        System.Text.Json.Nodes.JsonArray list => list.Count > 0,
        System.Text.Json.Nodes.JsonObject map => map.Count > 0,
        _ => true,
    }, isImplicit: true);

    /// <summary>May be null.</summary>
    public static Rule Nullable { get; } = new Plain("nullable", "", _ => true);

    /// <summary>A whole number of 64 bits, without leading zeros.</summary>
    public static Rule Integer { get; } =
        new Plain(
            "integer",
            "The {0} must be an integer.",
            v => PhpValue.TryInteger(v, out _),
            makesNumber: true,
            textPattern: "^[+-]?(0|[1-9][0-9]*)$");

    /// <summary>
    /// A telephone number, which sark6api judges as a whole number. A strict request may begin it with zeros, as most
    /// countries do.
    /// </summary>
    public static Rule PhoneNumber { get; } = new Telephone();

    /// <summary>A number that is dialled: digits and nothing else.</summary>
    public static Rule DialledNumber { get; } = new Dialled(digitsOnly: true);

    /// <summary>A number or name that is dialled, as people wrote it and not as a spreadsheet did.</summary>
    public static Rule DialledName { get; } = new Dialled(digitsOnly: false);

    /// <summary>A number, decimals and exponents included.</summary>
    public static Rule Numeric { get; } =
        new Plain(
            "numeric",
            "The {0} must be a number.",
            v => PhpValue.TryNumber(v, out _),
            makesNumber: true,
            textPattern: @"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$");

    /// <summary>
    /// A rule of sark6api that is narrower than what SARK can carry, widened to that. A client of old is told what it knows;
    /// a strict request what is wrong.
    /// </summary>
    public static Rule Widened(Rule rule, ValueForm form) => new Wider(rule, form);

    /// <summary>A text; a number is none.</summary>
    public static Rule String { get; } = new Plain("string", "The {0} must be a string.", v => v is string);

    /// <summary>Letters of any script.</summary>
    public static Rule Alpha { get; } =
        new Plain("alpha", "The {0} may only contain letters.", v => v is string text && Matches(@"^[\p{L}\p{M}]+$", text));

    /// <summary>Letters and digits of any script.</summary>
    public static Rule AlphaNum { get; } = new Plain(
        "alpha_num",
        "The {0} may only contain letters and numbers.",
        v => IsPlain(v) && Matches(@"^[\p{L}\p{M}\p{N}]+$", PhpValue.Text(v)));

    /// <summary>Letters and digits of any script, dashes and underscores.</summary>
    public static Rule AlphaDash { get; } = new Plain(
        "alpha_dash",
        "The {0} may only contain letters, numbers, dashes and underscores.",
        v => IsPlain(v) && Matches(@"^[\p{L}\p{M}\p{N}_-]+$", PhpValue.Text(v)));

    /// <summary>True or false, as such or as 1, 0, "1", "0".</summary>
    public static Rule Boolean { get; } =
        new Plain("boolean", "The {0} field must be true or false.", v => v is bool or 0L or 1L or "0" or "1");

    /// <summary>An email address as RFC 5322 writes it; a domain without a dot is one.</summary>
    public static Rule Email { get; } =
        new Plain("email", "The {0} must be a valid email address.", v => v is string text && EmailAddress.IsValid(text));

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static Rule Ip { get; } = new Plain("ip", "The {0} must be a valid IP address.", v => v is string text && IsAddress(text));

    /// <summary>One of a list of words. Numbers compare as numbers: <c>01</c> is <c>1</c>.</summary>
    public static Rule In(params string[] values) => new OneOf(values);

    /// <summary>The key of a row elsewhere.</summary>
    public static Rule Exists(Reference reference) => new Existing(reference);

    /// <summary>Exactly so many digits and nothing else.</summary>
    public static Rule Digits(int count) => new Plain(
        $"digits:{count}",
        $"The {{0}} must be {count} digits.",
        v => v is not (null or bool or System.Text.Json.Nodes.JsonNode) && PhpValue.Text(v) is var text && text.Length == count
            && !text.AsSpan().ContainsAnyExceptInRange('0', '9'),
        textPattern: $"^[0-9]{{{count}}}$");

    /// <summary>Matches a pattern.</summary>
    /// <param name="pattern">A pattern of .NET that means what the original's means.</param>
    /// <param name="hint">What the pattern allows, in words, for people who read the documentation.</param>
    public static Rule Regex(string pattern, string hint) => new Pattern(pattern, hint);

    /// <summary>At least this amount or, for a text, this length in characters.</summary>
    public static Rule Min(long limit) => new Size("min", limit, (size, bound) => size >= bound, "must be at least {1}", (limit, null));

    /// <summary>At most this amount or, for a text, this length in characters.</summary>
    public static Rule Max(long limit) =>
        new Size("max", limit, (size, bound) => size <= bound, "may not be greater than {1}", (null, limit));

    /// <summary>Exactly this amount or, for a text, this length in characters.</summary>
    public static Rule ExactSize(long limit) => new Size("size", limit, (size, bound) => size.Equals(bound), "must be {1}", (limit, limit));

    private protected static bool Matches(string pattern, string text) =>
        System.Text.RegularExpressions.Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static bool IsPlain(object? value) => value is string or long or double;

    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? !text.Contains('[', StringComparison.Ordinal) && !text.Contains('%', StringComparison.Ordinal)
            // IPAddress also reads 10.1 and 0x7f.1, which are no addresses to anybody else.
            : address.ToString() == text);

    private sealed class Plain(
        string text,
        string message,
        Func<object?, bool> passes,
        bool isImplicit = false,
        bool makesNumber = false,
        string? textPattern = null) : Rule
    {
        public override string Text => text;

        public override string? TextPattern => textPattern;

        public override bool IsImplicit => isImplicit;

        public override bool MakesNumber => makesNumber;

        public override bool Passes(object? value, RuleContext context) => passes(value);

        public override string Message(string name, RuleContext context) => string.Format(CultureInfo.InvariantCulture, message, name);
    }

    private sealed class Telephone : Rule
    {
        public override string Text => "integer";

        public override string? TextPattern => "^[+-]?[0-9]+$";

        public override bool MakesNumber => true;

        public override bool Passes(object? value, RuleContext context) =>
            PhpValue.TryInteger(value, out _) || (context.IsStrict && value is string text && Matches(@"^\+?[0-9]+$", text));

        public override string Message(string name, RuleContext context) => $"The {name} must be an integer.";
    }

    private sealed class Dialled(bool digitsOnly) : Rule
    {
        public override string Text => digitsOnly ? "digits" : "dialled";

        public override string? TextPattern => digitsOnly ? "^[0-9]+$" : null;

        public override bool Passes(object? value, RuleContext context) =>
            IsPlain(value) && PhpValue.Text(value) is var text
            && (digitsOnly ? text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') : !SarkText.IsSpreadsheetNumber(text));

        public override string Message(string name, RuleContext context) =>
            digitsOnly ? $"The {name} may only contain digits." : $"The {name} must be a number as it is dialled.";

        public override string Message(string name, object? value, RuleContext context) =>
            SarkText.IsSpreadsheetNumber(PhpValue.Text(value))
            ? $"{Message(name, context)} {SarkText.SpreadsheetHint}"
            : Message(name, context);
    }

    private sealed class Wider(Rule rule, ValueForm form) : Rule
    {
        public override string Text => rule.Text;

        public override bool Passes(object? value, RuleContext context) =>
            rule.Passes(value, context) || (value is string text && form.Fault(text) is null);

        public override string Message(string name, RuleContext context) => rule.Message(name, context);

        public override string Message(string name, object? value, RuleContext context) =>
            context.IsStrict && value is string text && form.Fault(text) is { } fault
            ? $"The {name} may not hold {fault}."
            : rule.Message(name, value, context);
    }

    internal sealed class OneOf(string[] values) : Rule
    {
        public IReadOnlyList<string> Values => values;

        public override string Text => "in:" + string.Join(',', values);

        public override bool Passes(object? value, RuleContext context) =>
            !PhpValue.IsStructure(value) && PhpValue.Text(value) is var text && values.Any(v => PhpValue.LooselyEqual(text, v));

        public override string Message(string name, RuleContext context) => $"The selected {name} is invalid.";
    }

    internal sealed class Existing(Reference reference) : Rule
    {
        public Reference Reference => reference;

        public override string Text => $"exists:{reference.Table.ToLowerInvariant()},{reference.Column}";

        public override bool NeedsCleanValue => true;

        public override bool Passes(object? value, RuleContext context) =>
            value is not null && !PhpValue.IsStructure(value) && context.Exists(reference, value);

        public override string Message(string name, RuleContext context) => $"The selected {name} is invalid.";
    }

    internal sealed class Pattern(string pattern, string hint) : Rule
    {
        private readonly Regex regex = new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

        public string Hint => hint;

        public override string Text => $"regex:/{pattern}/";

        // There, the anchors of a whole text have other names, and there are no options.
        public override string? TextPattern => pattern.StartsWith("(?i)", StringComparison.Ordinal)
            ? null
            : pattern.Replace(@"\A", "^", StringComparison.Ordinal).Replace(@"\z", "$", StringComparison.Ordinal);

        public override bool Passes(object? value, RuleContext context) => IsPlain(value) && IsMatch(PhpValue.Text(value));

        public override string Message(string name, RuleContext context) => $"The {name} format is invalid.";

        private bool IsMatch(string text)
        {
            try
            {
                return regex.IsMatch(text);
            }
            catch (RegexMatchTimeoutException)
            {
                // A text made to keep the pattern busy is not what the pattern describes.
                return false;
            }
        }
    }

    private sealed class Size(
        string name,
        long limit,
        Func<double, double, bool> holds,
        string words,
        (long? Least, long? Most) bounds) : Rule
    {
        public override string Text => $"{name}:{limit}";

        public override (long? Least, long? Most) Bounds => bounds;

        public override bool Passes(object? value, RuleContext context) => holds(Measure(value, context), limit);

        public override string Message(string name, RuleContext context) =>
            $"The {name} {string.Format(CultureInfo.InvariantCulture, words, name, limit)}{(context.IsNumber ? "" : " characters")}.";

        private static double Measure(object? value, RuleContext context) => value switch
        {
            System.Text.Json.Nodes.JsonArray list => list.Count,
            System.Text.Json.Nodes.JsonObject map => map.Count,
            _ when context.IsNumber && PhpValue.TryNumber(value, out var number) => number,
            // Laravel counts code points, so a letter with a combining accent counts as two.
            _ => PhpValue.Text(value).EnumerateRunes().Count(),
        };
    }
}
