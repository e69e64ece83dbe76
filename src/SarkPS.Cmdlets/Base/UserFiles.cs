using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Files of whoever uses the module: where they lie, and what the file system says of them.</summary>
internal static class UserFiles
{
    /// <summary>A path of the file system, relative ones from where the session stands. The file need not exist.</summary>
    /// <param name="session">Where the session stands.</param>
    /// <param name="path">What was given.</param>
    /// <param name="noun">What the error is about.</param>
    /// <param name="what">What must lie in the file system, for the message.</param>
    /// <exception cref="SarkException">It lies elsewhere.</exception>
    public static string Find(SessionState session, string path, string noun, string what = "it")
    {
        var full = session.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? full : throw new SarkException(
            SarkErrorKind.BadRequest,
            noun,
            path,
            $"'{path}' lies in {provider.Name}; {what} must lie in the file system.");
    }

    /// <summary>Does something with a file; what the file system says becomes an error that names the file.</summary>
    public static T With<T>(string noun, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e, noun, path);
        }
    }

    /// <summary>What the file system said, as an error that names the file.</summary>
    /// <param name="error">What it said: an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.</param>
    /// <param name="noun">What the error is about.</param>
    /// <param name="path">The file.</param>
    /// <param name="wanted">What is wanted where there is a folder.</param>
    /// <param name="verb">What was tried.</param>
    public static SarkException Failure(
        Exception error,
        string noun,
        string path,
        string wanted = "file",
        string verb = "read or written") => error switch
        {
            FileNotFoundException or DirectoryNotFoundException => new SarkNotFoundException(
                noun,
                path,
                $"There is no file or folder '{path}'."),
            UnauthorizedAccessException when Directory.Exists(path) =>
                new SarkException(SarkErrorKind.BadRequest, noun, path, $"'{path}' is a folder; a {wanted} is wanted.", error),
            UnauthorizedAccessException => new SarkDeniedException(noun, path, $"'{path}' may not be {verb}: {error.Message}", error),
            _ => new SarkUnavailableException(noun, path, $"'{path}' cannot be {verb}: {error.Message}", error),
        };
}
