namespace SarkPS.Data.Sqlite;

/// <summary>A database of SARK's schema for machines without SARK.</summary>
public static class EmbeddedDatabase
{
    /// <summary>Makes a database unless the file exists.</summary>
    /// <returns>Whether it was made.</returns>
    public static bool CreateIfMissing(string path) => throw new InvalidOperationException(path);
}
