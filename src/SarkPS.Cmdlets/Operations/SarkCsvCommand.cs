using System.Management.Automation;
using System.Text;

namespace SarkPS.Cmdlets;

/// <summary>What reading and writing CSV files have in common: paths, the delimiter, and errors with an id.</summary>
public abstract class SarkCsvCommand : PSCmdlet
{
    /// <summary>Parameter set with <c>-Path</c>.</summary>
    protected const string PathSet = "Path";

    /// <summary>Parameter set with <c>-LiteralPath</c>.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>UTF-8 that refuses what is not UTF-8, instead of quietly changing names.</summary>
    private protected static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The character between two fields; a comma unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public char Delimiter { get; set; } = ',';

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Delimiter is '"' or '\r' or '\n')
        {
            ThrowTerminatingError(Error(SarkErrorKind.BadRequest, Delimiter, "-Delimiter may be any character but a double quote and a line break."));
        }
    }

    /// <summary>A path of the file system, relative ones from where the session stands. The file need not exist.</summary>
    private protected string FileSystemPath(string path)
    {
        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        if (provider.Name != "FileSystem")
        {
            ThrowTerminatingError(Error(SarkErrorKind.BadRequest, path, $"'{path}' lies in {provider.Name}; a CSV file must lie in the file system."));
        }

        return full;
    }

    /// <summary>Turns what the file system says into an error that names the file.</summary>
    private protected static ErrorRecord FileError(Exception e, string path, string verb) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            Error(SarkErrorKind.NotFound, path, $"There is no file or folder '{path}'.", e),
        UnauthorizedAccessException when Directory.Exists(path) =>
            Error(SarkErrorKind.BadRequest, path, $"'{path}' is a folder; a CSV file is wanted.", e),
        UnauthorizedAccessException =>
            Error(SarkErrorKind.Denied, path, $"'{path}' may not be {verb}: {e.Message}", e),
        _ => Error(SarkErrorKind.Unavailable, path, $"'{path}' cannot be {verb}: {e.Message}", e),
    };

    private protected static ErrorRecord Error(SarkErrorKind kind, object target, string message, Exception? cause = null) =>
        SarkCmdlet.ToRecord(new SarkException(kind, "Csv", target, message, cause));
}
