namespace SarkPS.Data;

/// <summary>Makes local back ends. The module finds it by name.</summary>
public static class LocalBackendFactory
{
    /// <summary>Makes a back end on this machine.</summary>
    /// <param name="options">Where its database and files are.</param>
    public static ISarkBackend Create(SarkOptions options)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={options.Database ?? ":memory:"}");
        database.Open();
        return new Local();
    }

    private sealed class Local : ISarkBackend;
}
