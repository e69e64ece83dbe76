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
