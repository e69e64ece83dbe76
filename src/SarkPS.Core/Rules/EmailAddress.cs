using System.Text.RegularExpressions;

namespace SarkPS.Rules;

/// <summary>Email addresses in the form of RFC 5322, section 3.4.1, without comments and folding white space.</summary>
internal static partial class EmailAddress
{
    public static bool IsValid(string text) => text.Length <= 320 && Address().IsMatch(text);

    // The local part: atoms of letters, digits and !#$%&'*+-/=?^_`{|}~ (RFC 6531 adds everything beyond ASCII) joined by single
    // dots, or a quoted string. The domain: labels without the special characters, or an address literal. A single label is a
    // domain too, user@localhost, and an underscore in one is let pass, as the original's validator does.
    [GeneratedRegex(
        @"\A(?:[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*|""(?:[^""\\\r\n]|\\.)*"")"
            + @"@(?:(?!-)[^\s""(),:;<>@\[\]\\.]{1,63}(?<!-)(?:\.[^\s""(),:;<>@\[\]\\.]{1,63}(?<!-))*|\[[0-9A-Fa-f:.IPv]+\])\z",
        RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Address();
}
