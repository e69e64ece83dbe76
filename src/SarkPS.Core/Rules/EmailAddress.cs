using System.Text.RegularExpressions;

namespace SarkPS.Rules;

/// <summary>Email addresses in the form of RFC 5322, section 3.4.1, without comments and folding white space.</summary>
internal static partial class EmailAddress
{
    public static bool IsValid(string text) => text.Length <= 320 && Address().IsMatch(text);

    // atom = letters, digits and !#$%&'*+-/=?^_`{|}~ (RFC 6531 adds everything beyond ASCII); a quoted local part; a domain of
    // labels or an address literal. A single label is a domain too: user@localhost.
    [GeneratedRegex(@"\A(?:[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*|""(?:[^""\\\r\n]|\\.)*"")@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*|\[[0-9A-Fa-f:.IPv]+\])\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Address();
}
