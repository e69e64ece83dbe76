namespace SarkPS.Tests;

/// <summary>Places in the checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder with SarkPS.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release, whichever the tests were built as.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>The module as the build assembles it.</summary>
    public static string Module { get; } = Path.Combine(Root, "out", "SarkPS");

    /// <summary>A database as SARK itself makes it; it lies beside some checkouts.</summary>
    public static string SarkDatabase { get; } = Beside("sark-db", "sark.db");

    /// <summary>What sark6api answered, recorded; it lies beside some checkouts.</summary>
    public static string Recordings { get; } = Beside("conformance");

    /// <summary>What the newer client of SARK was seen to send; it lies beside some checkouts.</summary>
    public static string Exchanges { get; } = Beside("client", "exchanges.jsonl");

    private static string Beside(params string[] parts) => Path.GetFullPath(Path.Combine([Root, "..", "shared", .. parts]));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SarkPS.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds SarkPS.sln.");
    }
}
