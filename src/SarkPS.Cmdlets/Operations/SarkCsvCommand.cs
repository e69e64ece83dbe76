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
            ThrowTerminatingError(
                Error(SarkErrorKind.BadRequest, Delimiter, "-Delimiter may be any character but a double quote and a line break."));
        }
    }

    /// <summary>A path of the file system, relative ones from where the session stands. The file need not exist.</summary>
    private protected string FileSystemPath(string path)
    {
        try
        {
            return UserFiles.Find(SessionState, path, "Csv", "a CSV file");
        }
        catch (SarkException error)
        {
            ThrowTerminatingError(SarkCmdlet.ToRecord(error));
            throw;
        }
    }

    /// <summary>Turns what the file system says into an error that names the file.</summary>
    private protected static ErrorRecord FileError(Exception e, string path, string verb) =>
        SarkCmdlet.ToRecord(UserFiles.Failure(e, "Csv", path, "CSV file", verb));

    private protected static ErrorRecord Error(SarkErrorKind kind, object target, string message, Exception? cause = null) =>
        SarkCmdlet.ToRecord(new SarkException(kind, "Csv", target, message, cause));
}
