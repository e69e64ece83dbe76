using System.Text;

namespace SarkPS;

/// <summary>Small conversions of names.</summary>
public static class SarkText
{
    /// <summary><c>InboundRoute</c> becomes <c>inbound route</c>; a run of capitals stays a word: <c>IVR</c> becomes <c>ivr</c>.</summary>
    public static string Words(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(name[i]));
        }

        return words.ToString();
    }
}
