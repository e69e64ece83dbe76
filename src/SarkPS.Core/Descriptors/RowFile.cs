namespace SarkPS.Descriptors;

/// <summary>
/// How a file of Asterisk's configuration that belongs to a row is named: the row's key stands between a beginning and an
/// end.
/// </summary>
/// <param name="Since">The version of SARK that began with such files.</param>
/// <param name="Beginning">What stands before the key.</param>
/// <param name="End">What stands behind it.</param>
public sealed record RowFileName(SarkVersion Since, string Beginning, string End)
{
    /// <summary>The name of the file of a row.</summary>
    public string Of(string key) => Beginning + key + End;

    /// <summary>The key of the row that a file belongs to; null when it is none of these files.</summary>
    public string? KeyOf(string name) =>
        name.Length > Beginning.Length + End.Length && name.StartsWith(Beginning, StringComparison.Ordinal)
            && name.EndsWith(End, StringComparison.Ordinal)
            ? name[Beginning.Length..^End.Length]
            : null;

    /// <summary>Whether a key can be part of a name: it leads into no other folder and no program stumbles over it.</summary>
    public static bool IsName(string key) =>
        key.Length is > 0 and <= 200 && key.All(c => !char.IsControl(c) && !char.IsWhiteSpace(c)
            && c is not ('/' or '\\' or ':' or '\'' or '"' or '`' or '$' or '&' or '|' or '<' or '>' or '(' or ')'));
}

/// <summary>What a file that belongs to a row should be.</summary>
/// <param name="Name">Its name in the folder of Asterisk's configuration.</param>
/// <param name="Text">What it should hold; null where it should not be there.</param>
/// <param name="IsOnlyOurs">Whether, of a file that should not be there, only one that SarkPS wrote is meant: SARK makes its own.</param>
public sealed record RowFile(string Name, string? Text, bool IsOnlyOurs)
{
    /// <summary>It holds this text.</summary>
    public static RowFile Holding(string name, string text) => new(name, text, false);

    /// <summary>It is not there, whoever wrote it.</summary>
    public static RowFile Gone(string name) => new(name, null, false);

    /// <summary>It is SARK's own to make, and not there where SarkPS wrote it.</summary>
    public static RowFile Theirs(string name) => new(name, null, true);
}
