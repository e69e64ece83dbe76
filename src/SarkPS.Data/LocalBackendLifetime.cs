using Microsoft.Data.Sqlite;

namespace SarkPS.Data;

/// <summary>What a host does when it is done with local back ends. The module finds it by name.</summary>
public static class LocalBackendLifetime
{
    /// <summary>Closes idle connections to all databases, so that their files can be moved or deleted. Connections in use go on.</summary>
    public static void Release() => SqliteConnection.ClearAllPools();
}
