namespace SarkPS.Tests.Support;

/// <summary>The checkout that the tests were built from, and what may lie beside it.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>The folder of the solution.</summary>
    public static string Root => Found.Value;

    /// <summary>The database that an installation of SARK leaves, where one lies beside the checkout.</summary>
    public static string SarkDatabase => Beside("sark-db", "sark.db");

    /// <summary>What the original answered, where it lies beside the checkout.</summary>
    public static string Recordings => Beside("conformance");

    /// <summary>A path in the checkout.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Beside(params string[] parts) => Path.GetFullPath(Path.Combine([Root, "..", "shared", .. parts]));

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SarkPS.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"'{AppContext.BaseDirectory}' is in no checkout of SarkPS.");
    }
}
