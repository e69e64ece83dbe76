using System.Text.RegularExpressions;

namespace SarkPS.Data.Files;

/// <summary>
/// Turns what the operating system says about a file into what people are told. Paths stay out of it: they may be shown to
/// callers from outside.
/// </summary>
internal static partial class FileErrors
{
    /// <summary>What a message ends in when all is as it was.</summary>
    public const string NothingChanged = " Nothing was changed.";

    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>Runs file operations and maps their failures.</summary>
    /// <param name="noun">What is worked on, such as <c>Snapshot</c>.</param>
    /// <param name="target">The file name or folder that messages name.</param>
    /// <param name="what">What is being done, to complete "The account may not ...".</param>
    /// <param name="action">The operations.</param>
    public static async Task<T> MapAsync<T>(string noun, string target, string what, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (Map(noun, target, what, e) is { } mapped)
        {
            throw mapped;
        }
    }

    /// <summary>The failure as people are told it, or null when it is none of the file system.</summary>
    public static SarkException? Map(string noun, string target, string what, Exception e) => e switch
    {
        SarkException => null,
        UnauthorizedAccessException =>
            new SarkDeniedException(noun, target,
                $"The account '{Environment.UserName}' that SarkPS runs under may not {what}. Missing: permission on {Leaf(e, target)}. "
                    + "Nothing was changed.", e),
        DirectoryNotFoundException or FileNotFoundException => new SarkUnavailableException(
            noun,
            target,
            $"Could not {what}: {Leaf(e, target)} does not exist. Nothing was changed.",
            e),
        PathTooLongException => new SarkNotFoundException(noun, target),
        IOException io when Code(io) is NoSpace or QuotaExceeded => new SarkUnavailableException(
            noun,
            target,
            $"Could not {what}: no space is left on the disk. Nothing was changed.",
            e),
        IOException io when Code(io) is ReadOnlyFileSystem => new SarkDeniedException(
            noun,
            target,
            $"Could not {what}: the file system is read-only. Nothing was changed.",
            e),
        IOException => new SarkUnavailableException(noun, target, $"Could not {what}: the disk reported an error. Nothing was changed.", e),
        _ => null,
    };

    /// <summary>What went wrong, as people are told it where something was changed after all.</summary>
    public static string WithoutPromise(SarkException error) => Promise().Replace(error.Message, "");

    [GeneratedRegex(@" Nothing was changed[^.]*\.")]
    private static partial Regex Promise();

    // On Unix HResult is the error number; .NET keeps ENOSPC as the Windows code in a few places.
    private static int Code(IOException e) => e.HResult == unchecked((int)0x80070070) ? NoSpace : e.HResult & 0xFFFF;

    /// <summary>The last part of the path that the message of the operating system names.</summary>
    private static string Leaf(Exception e, string target)
    {
        var parts = e.Message.Split('\'');
        var path = parts.Length > 1 ? parts[1] : e.Message.Split(": ")[0];
        return path.StartsWith('/')
            ? $"'{Path.GetFileName(path.TrimEnd('/'))}' in folder '{Path.GetFileName(Path.GetDirectoryName(path.TrimEnd('/')))}'"
            : $"'{target}'";
    }
}
