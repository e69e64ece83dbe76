using System.Collections.Concurrent;
using System.Management.Automation;
using System.Security;
using SarkPS.Remote;

namespace SarkPS.Cmdlets;

/// <summary>
/// Names the exchange that the following commands work on: a database of this machine, or a service. Makes sure that it is
/// there.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "Sark", DefaultParameterSetName = LocalSet)]
[OutputType(typeof(SarkConnection))]
public sealed class ConnectSarkCommand : PSCmdlet, IDisposable
{
    private const string LocalSet = "Local";
    private const string RemoteSet = "Remote";
    private const string Noun = "Connection";

    /// <summary>sark6api's port, and so the service's.</summary>
    private const int ServicePort = 44300;

    private readonly CancellationTokenSource stop = new();

    /// <summary>Address of a service, such as https://pbx.example.com:44300.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RemoteSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public Uri? Uri { get; set; }

    /// <summary>Token that the service knows the caller by: a SecureString, a PSCredential whose password it is, or a text.</summary>
    [Parameter(ParameterSetName = RemoteSet)]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Token { get; set; }

    /// <summary>Accepts any certificate of the service: for a machine that has none from an authority.</summary>
    [Parameter(ParameterSetName = RemoteSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>
    /// The SHA-256 fingerprint of the one certificate that is taken, for a service whose certificate nobody vouches for: 64
    /// hexadecimal digits, as the service tells it when it starts.
    /// </summary>
    [Parameter(ParameterSetName = RemoteSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Fingerprint { get; set; }

    /// <summary>
    /// How long the answer to a question may take, in seconds; 100 without it. What takes longer by its nature has limits of
    /// its own: the time that a telephone may ring, eleven minutes for commits and commands, none for backups, restores,
    /// snapshots and uploads.
    /// </summary>
    [Parameter(ParameterSetName = RemoteSet)]
    [ValidateRange(1, 86400)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int TimeoutSeconds { get; set; } = 100;

    /// <summary>An SQLite database of SARK. Without it: the variable SARK_DATABASE, this machine's SARK, or an embedded one.</summary>
    [Parameter(Position = 0, ParameterSetName = LocalSet)]
    public string? Database { get; set; }

    /// <summary>
    /// Folder that stands for the root of the file system, to work on a copy of a machine's files; / says that a database
    /// from elsewhere belongs to this machine.
    /// </summary>
    [Parameter(ParameterSetName = LocalSet)]
    public string? Root { get; set; }

    /// <summary>
    /// The version of SARK, 6.2 or 6.5, that a new embedded database is made as; 6.2 without it. A database that is there
    /// has its own, and one of another version is refused.
    /// </summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Version { get; set; }

    /// <summary>
    /// User and secret of the Asterisk Manager Interface: a PSCredential, or the secret of the user sark as a SecureString
    /// or text.
    /// </summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ManagerCredential]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSCredential? AmiCredential { get; set; }

    /// <summary>Host of the Asterisk Manager Interface.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? AmiHost { get; set; }

    /// <summary>TCP port of the Asterisk Manager Interface.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ValidateRange(1, 65535)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int AmiPort { get; set; }

    /// <summary>Passes the connection on without making it the one that other commands use.</summary>
    [Parameter]
    public SwitchParameter NotDefault { get; set; }

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!NotDefault && SarkConnection.Drafting is { } drafting)
        {
            ThrowTerminatingError(SarkCmdlet.ToRecord(drafting.IsDrafting("connect before it, or with -NotDefault")));
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(Uri)) || MyInvocation.BoundParameters.ContainsKey(nameof(Database))
            || MyInvocation.BoundParameters.ContainsKey(nameof(Root)))
        {
            SarkConnection.NoteElsewhere();
        }

        if (!NotDefault)
        {
            // What comes after a connection that failed must not work on the exchange before it.
            SarkConnection.LetGo();
        }

        try
        {
            RefuseNothing();
            var connection = new SarkConnection(ReadAddress() is { } address ? OpenRemote(address) : OpenLocal());
            try
            {
                Verify(connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }

            if (connection.Backend.CreatedDatabase && Root is null)
            {
                WriteWarning($"This machine has no SARK. An empty database was made: {connection.Location}");
            }

            if (!NotDefault)
            {
                SarkConnection.Default = connection;
            }

            WriteObject(connection);
        }
        catch (SarkException error)
        {
            ThrowTerminatingError(SarkCmdlet.ToRecord(error));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private void Verify(SarkConnection connection)
    {
        try
        {
            var notices = new ConcurrentQueue<Notice>();
            Notices.Hear(notices.Enqueue, () => connection.Backend.VerifyAsync(stop.Token)).GetAwaiter().GetResult();
            foreach (var notice in notices)
            {
                WriteWarning(notice.Sentence);
            }

            if (Version is not null && connection.Backend.Version is { } found && found != SarkVersion.Require(Version))
            {
                throw new SarkException(
                    SarkErrorKind.BadRequest, Noun, Version,
                    $"The database '{connection.Location}' is there and of SARK {found}; -Version {Version} only says what a new one is "
                        + "made as. Leave it out, or name another place with -Root.");
            }
        }
        catch (SarkNotFoundException error) when (Database is not null && Suggestion(Database) is { } address)
        {
            throw new SarkNotFoundException(
                error.Noun,
                error.Target,
                $"{error.Message} If a service is meant, name its address with its scheme: {address}");
        }
    }

    // A variable that is empty by mistake must not mean this machine.
    private void RefuseNothing()
    {
        foreach (var name in (string[])[nameof(Database), nameof(Root), nameof(Uri), nameof(Token), nameof(Fingerprint),
            nameof(AmiHost), nameof(AmiCredential),
            nameof(Version)])
        {
            if (MyInvocation.BoundParameters.TryGetValue(name, out var value) && value is null or "")
            {
                throw new SarkException(
                    SarkErrorKind.BadRequest,
                    Noun,
                    name,
                    $"-{name} is null or empty. Leave it out where nothing is meant.");
            }
        }
    }

    // An address without a parameter's name reaches the default set, where the first place is the database's.
    private Uri? ReadAddress()
    {
        var text = Uri?.OriginalString ?? Database;
        if (text is null || (Uri is null && !text.Contains("://", StringComparison.Ordinal)))
        {
            return null;
        }

        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            || address.Host.Length == 0)
        {
            throw new SarkException(SarkErrorKind.BadRequest, Noun, text,
                $"'{text}' is no address of a service; it must start with http:// or "
                    + $"https://{(Suggestion(text) is { } suggestion ? $", such as {suggestion}" : "")}.");
        }

        if (address.PathAndQuery != "/" || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                Noun,
                address.GetLeftPart(UriPartial.Authority),
                $"The address of a service ends after host and port: {address.Scheme}://{address.Authority}");
        }

        return address;
    }

    // What somebody may have meant who wrote a host without its scheme; null when the text is no host. A file that is not
    // there is a mistake in its name.
    private static string? Suggestion(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) is var scheme && scheme >= 0 ? scheme + 3 : 0)..].Trim('/');
        return Path.GetExtension(rest) is ".db" or ".sqlite" or ".sqlite3" or ".bak" or ".zip" || rest.AsSpan().IndexOfAny("/\\ @") >= 0
            || !System.Uri.TryCreate($"https://{rest}", UriKind.Absolute, out var address) || address.Host.Length == 0
            ? null
            : $"https://{address.Host}:{(rest.EndsWith($":{address.Port}", StringComparison.Ordinal) ? address.Port : ServicePort)}";
    }

    private RemoteBackend OpenRemote(Uri address)
    {
        if (Token is not null && address.Scheme == "http" && !address.IsLoopback)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                Noun,
                address,
                $"A token is not sent to '{address}' in the clear; use https://.");
        }

        return new RemoteBackend(
            SarkHttpClient.Open(address, Token, TimeSpan.FromSeconds(TimeoutSeconds), SkipCertificateCheck, ReadFingerprint(address)));
    }

    private string? ReadFingerprint(Uri address)
    {
        if (Fingerprint is null)
        {
            return null;
        }

        if (SkipCertificateCheck || address.Scheme == "http")
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                Noun,
                nameof(Fingerprint),
                SkipCertificateCheck
                    ? "-Fingerprint takes one certificate, and -SkipCertificateCheck any; say one of them."
                    : $"'{address}' has no certificate, and so no fingerprint; use https://.");
        }

        return CertificateFingerprint.Read(Fingerprint) ?? throw new SarkException(
            SarkErrorKind.BadRequest,
            Noun,
            nameof(Fingerprint),
            $"'{Fingerprint}' is no fingerprint; it has 64 hexadecimal digits (SHA-256), as the service tells it when it starts.");
    }

    private ISarkBackend OpenLocal()
    {
        var options = new SarkOptions();
        if (Database is not null)
        {
            options.Database = FileSystemPath(Database, nameof(Database));
        }

        if (Root is not null)
        {
            options.Root = FileSystemPath(Root, nameof(Root));
            RequireRoot(options.Root);
        }

        if (AmiCredential is not null)
        {
            options.Ami.User = AmiCredential.UserName;
            options.Ami.Secret = AmiCredential.GetNetworkCredential().Password;
        }

        options.Version = Version;
        options.Ami.Host = AmiHost ?? options.Ami.Host;
        options.Ami.Port = AmiPort > 0 ? AmiPort : options.Ami.Port;
        return DataLibrary.Open(options);
    }

    // Before anything is opened.
    private void RequireRoot(string root)
    {
        if (File.Exists(root))
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                Noun,
                root,
                $"'{root}' is a file; -Root names the folder that stands for the root of the file system.");
        }

        if (!Directory.Exists(root))
        {
            if (Database is null)
            {
                // A tree of one's own begins with an empty database, and is made for it.
                return;
            }

            throw new SarkNotFoundException(
                Noun,
                root,
                $"There is no folder '{root}'; -Root names the folder that stands for the root of the file system.");
        }

        try
        {
            _ = Directory.EnumerateFileSystemEntries(root).FirstOrDefault();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new SarkDeniedException(
                Noun,
                root,
                $"The folder '{root}' that -Root names may not be read by the account '{Environment.UserName}'.",
                error);
        }
    }

    // Relative to where the session stands, not to where the process was started.
    private string FileSystemPath(string text, string parameter)
    {
        try
        {
            return UserFiles.Find(SessionState, text, Noun, "-" + parameter);
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException
            or ItemNotFoundException or NotSupportedException)
        {
            var hint = parameter == nameof(Database) && Suggestion(text) is { } address
                ? $" If a service is meant, name its address with its scheme: {address}"
                : "";
            throw new SarkNotFoundException("Database", text, $"There is no file or folder '{text}'.{hint}");
        }
    }

    /// <summary>Takes a secret alone for that of the usual manager user.</summary>
    [AttributeUsage(AttributeTargets.Property)]
    private sealed class ManagerCredentialAttribute : ArgumentTransformationAttribute
    {
        public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
        {
            var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            return value switch
            {
                SecureString secret => new PSCredential(new AmiOptions().User, secret),
                string { Length: > 0 } text => new PSCredential(
                    new AmiOptions().User,
                    new System.Net.NetworkCredential("", text).SecurePassword),
                _ => value,
            };
        }
    }
}
