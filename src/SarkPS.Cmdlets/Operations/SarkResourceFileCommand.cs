using System.Management.Automation;
using System.Text;
using SarkPS.Cmdlets.Csv;

namespace SarkPS.Cmdlets;

/// <summary>What reading and writing files of rows have in common: how they are written, and errors that name them.</summary>
public abstract class SarkResourceFileCommand : SarkCmdlet
{
    /// <summary>Parameter set with <c>-Path</c>.</summary>
    protected const string PathSet = "Path";

    /// <summary>Parameter set with <c>-LiteralPath</c>.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    private protected const string Noun = "Import";

    /// <summary>
    /// What a file is written in, where that is not UTF-8: a name such as utf8BOM, unicode, ansi or windows-1252, or the number
    /// of a code page. What is read may also say it by a byte order mark.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [SarkEncoding]
    [ArgumentCompleter(typeof(SarkEncodingAttribute.Completer))]
    public Encoding? Encoding { get; set; }

    /// <summary>
    /// The character between two fields of a CSV file. What is read tells it by its first line: a comma, a semicolon or a tab;
    /// what is written has commas.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public char? Delimiter { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Delimiter is '"' or '\r' or '\n')
        {
            Throw(BadRequest(Delimiter, "-Delimiter may be any character but a double quote and a line break."));
        }
    }

    private protected static SarkException BadRequest(object? target, string message, Exception? cause = null) =>
        new(SarkErrorKind.BadRequest, Noun, target, message, cause);

    /// <summary>A path of the file system, relative ones from where the session stands. The file need not exist.</summary>
    private protected string FileSystemPath(string path)
    {
        try
        {
            return UserFiles.Find(SessionState, path, Noun, "a file of rows");
        }
        catch (SarkException error)
        {
            Throw(error);
            throw;
        }
    }

    /// <summary>Does something with a file; what goes wrong ends the command with an error that names the file.</summary>
    private protected T OfFile<T>(string path, string verb, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (CsvException error)
        {
            Throw(BadRequest(path, $"'{path}' cannot be {verb}: {error.Message}", error));
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Throw(UserFiles.Failure(error, Noun, path, "file", verb));
            throw;
        }
    }

    /// <summary>The same for what has no result.</summary>
    private protected void OfFile(string path, string verb, Action action) => OfFile(path, verb, () =>
    {
        action();
        return true;
    });
}
