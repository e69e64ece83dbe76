namespace SarkPS;

/// <summary>
/// Why an operation failed. One map turns it into an error category at the prompt, another into a status code on the wire.
/// </summary>
public enum SarkErrorKind
{
    /// <summary>The named thing does not exist. 404, ObjectNotFound.</summary>
    NotFound,

    /// <summary>
    /// Something else stands in the way: protected, in use, locked by a dependant. 409, ResourceExists. A key that is taken
    /// is one too, and 422 as sark6api answers it.
    /// </summary>
    Conflict,

    /// <summary>It is in another state than the caller knows it in. 412, ResourceExists.</summary>
    Stale,

    /// <summary>A value broke a rule. 422, InvalidData.</summary>
    Validation,

    /// <summary>The request could not be read at all, such as malformed JSON. 400, InvalidArgument.</summary>
    BadRequest,

    /// <summary>The database, the service, Asterisk or a command did not answer. 503, ConnectionError.</summary>
    Unavailable,

    /// <summary>The caller, or the account that the product runs under, may not do this. 403, PermissionDenied.</summary>
    Denied,

    /// <summary>The other side does not know who asks. 401, AuthenticationError.</summary>
    Unauthorized,

    /// <summary>This installation cannot do it, such as an action of a module that Asterisk has not loaded. 501, NotInstalled.</summary>
    Unsupported,

    /// <summary>It took longer than its time limit. 504, OperationTimeout.</summary>
    Timeout,

    /// <summary>An upload is larger than allowed. 413, LimitsExceeded.</summary>
    TooLarge,
}

/// <summary>
/// The failure of an operation on a telephone exchange. The message is meant for people and names the thing, the value
/// and what is allowed; it never holds SQL, a stack trace or a secret.
/// </summary>
public class SarkException : Exception
{
    private string? spelled;

    /// <summary>Makes a failure.</summary>
    /// <param name="kind">Why it failed.</param>
    /// <param name="noun">What it failed on, as in a cmdlet's name without the prefix: <c>Trunk</c>, <c>Snapshot</c>,
    /// <c>Database</c>.</param>
    /// <param name="target">The key, file name or other value that it failed on, or null.</param>
    /// <param name="message">The sentence that people read.</param>
    /// <param name="innerException">The cause, if one was caught.</param>
    public SarkException(SarkErrorKind kind, string noun, object? target, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Noun = noun;
        Target = target;
    }

    /// <summary>The sentence that people read.</summary>
    public override string Message => spelled ?? base.Message;

    /// <summary>Why it failed.</summary>
    public SarkErrorKind Kind { get; }

    /// <summary>What it failed on, as in a cmdlet's name without the prefix.</summary>
    public string Noun { get; }

    /// <summary>The key, file name or other value that it failed on.</summary>
    public object? Target { get; }

    /// <summary>The error id at the prompt, such as <c>SarkTrunkNotFound</c>. Stable: scripts match on it.</summary>
    public string ErrorId => $"Sark{Noun}{Kind}";

    /// <summary>
    /// Where the file lies whose name the message gives; null where it gives none. It is told to nobody on another machine.
    /// </summary>
    public string? FilePath { get; init; }

    /// <summary>The sentence for whoever sits at the machine that it happened on: it says also where a file or folder lies.</summary>
    public string MessageWithPath => FilePath is not null
        ? Message.Replace($"'{NameOf(FilePath)}'", $"'{FilePath}'", StringComparison.Ordinal)
        : InnerException is DirectoryNotFoundException or FileNotFoundException
            && !Message.Contains(InnerException.Message, StringComparison.Ordinal)
        ? $"{Message} {InnerException.Message}"
        : Message;

    /// <summary>What messages call a file: the last part of its path.</summary>
    internal static string NameOf(string path) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } name ? name : path;

    /// <summary>
    /// Says the same in the words of whoever asked: the back end knows columns, the prompt also knows what was typed and
    /// which line of which file it came from.
    /// </summary>
    internal void Spell(string message) => spelled = message;
}

/// <summary>The named thing does not exist.</summary>
public sealed class SarkNotFoundException(string noun, object? target, string? message = null)
    : SarkException(SarkErrorKind.NotFound, noun, target, message ?? $"There is no {SarkText.Words(noun)} '{target}'.");

/// <summary>Something else stands in the way: the thing is protected, or others depend on it.</summary>
/// <param name="noun">What it failed on.</param>
/// <param name="target">The key of it.</param>
/// <param name="message">The sentence that people read.</param>
/// <param name="dependants">What depends on it, such as <c>Extension 401</c>; empty when it is protected for another reason.</param>
public sealed class SarkConflictException(string noun, object? target, string message, IReadOnlyList<string>? dependants = null)
    : SarkException(SarkErrorKind.Conflict, noun, target, message)
{
    /// <summary>What depends on the thing, one entry each, such as <c>Extension 401</c>.</summary>
    public IReadOnlyList<string> Dependants { get; } = dependants ?? [];
}

/// <summary>One or more values broke a rule, or the key is taken. Nothing was written.</summary>
/// <param name="noun">What the values belong to.</param>
/// <param name="target">The key of it, where it is known.</param>
/// <param name="errors">Column name and messages, in the order in which the rules stand.</param>
/// <param name="message">The sentence that people read; without it the messages one after the other.</param>
/// <param name="isDuplicate">Whether the key is taken, which makes it a <see cref="SarkErrorKind.Conflict"/>.</param>
public sealed class SarkValidationException(
    string noun,
    object? target,
    IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> errors,
    string? message = null,
    bool isDuplicate = false)
    : SarkException(
        isDuplicate ? SarkErrorKind.Conflict : SarkErrorKind.Validation,
        noun,
        target,
        message ?? string.Join(" ", errors.SelectMany(e => e.Value)))
{
    /// <summary>The name under which sark6api tells of a key that is taken; no column is called so.</summary>
    public const string DuplicateField = "save";

    /// <summary>One message about one field.</summary>
    public SarkValidationException(string noun, object? target, string field, string message)
        : this(noun, target, [new(field, [message])])
    {
    }

    /// <summary>Column name and messages, in the order in which the rules stand.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Errors { get; } = errors;

    /// <summary>Whether the key is taken.</summary>
    public bool IsDuplicate => Kind == SarkErrorKind.Conflict;

    /// <summary>A key that is taken.</summary>
    /// <param name="noun">What has it.</param>
    /// <param name="key">The key.</param>
    /// <param name="message">The message about it.</param>
    public static SarkValidationException Duplicate(string noun, object? key, string message) =>
        new(
            noun,
            key,
            [new(DuplicateField, [message])],
            $"The {SarkText.Words(noun)} '{key}' was not created: {message}",
            isDuplicate: true);
}

/// <summary>The database, the service, Asterisk or a command did not answer.</summary>
public sealed class SarkUnavailableException(string noun, object? target, string message, Exception? innerException = null)
    : SarkException(SarkErrorKind.Unavailable, noun, target, message, innerException)
{
    /// <summary>When it is worth trying again; null where nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>
/// The exchange itself cannot be reached any more: refused, reset, closed. What comes after would fail in the same way, so
/// a pipeline ends here.
/// </summary>
public sealed class SarkUnreachableException(string noun, object? target, string message, Exception? innerException = null)
    : SarkException(SarkErrorKind.Unavailable, noun, target, message, innerException);

/// <summary>The caller, or the account that the product runs under, may not do this.</summary>
public sealed class SarkDeniedException(string noun, object? target, string message, Exception? innerException = null)
    : SarkException(SarkErrorKind.Denied, noun, target, message, innerException);

/// <summary>SARK's generator did not write Asterisk's configuration, or not all of it.</summary>
/// <param name="result">What it did.</param>
/// <param name="message">The sentence that people read: what was found, what was written and what was not.</param>
public sealed class SarkCommitException(CommitResult result, string message)
    : SarkException(SarkErrorKind.Unavailable, "Commit", null, message)
{
    /// <summary>What it did: its exit code, all that it wrote to its output, and its files.</summary>
    public CommitResult Result { get; } = result;
}
