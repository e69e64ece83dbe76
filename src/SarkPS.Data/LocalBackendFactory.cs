namespace SarkPS.Data;

/// <summary>Makes a local back end. The module finds it by name, since this assembly lies in a load context of its own.</summary>
public static class LocalBackendFactory
{
    /// <summary>Opens the exchange that the options describe.</summary>
    /// <exception cref="SarkException">An embedded database was needed and could not be made.</exception>
    public static ISarkBackend Create(SarkOptions options) => new LocalBackend(options);
}
