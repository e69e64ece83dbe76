using System.Management.Automation;
using System.Net;
using SarkPS.Remote;

namespace SarkPS.Cmdlets;

/// <summary>Names the exchange that the following commands work on: a database of this machine, or a service.</summary>
[Cmdlet(VerbsCommunications.Connect, "Sark", DefaultParameterSetName = LocalSet)]
[OutputType(typeof(SarkConnection))]
public sealed class ConnectSarkCommand : PSCmdlet
{
    private const string LocalSet = "Local";
    private const string RemoteSet = "Remote";

    /// <summary>Address of a service, such as https://pbx.example.com:44300.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RemoteSet)]
    public Uri? Uri { get; set; }

    /// <summary>Token that the service knows the caller by.</summary>
    [Parameter(ParameterSetName = RemoteSet)]
    public System.Security.SecureString? Token { get; set; }

    /// <summary>Accepts any certificate of the service: for a machine that has none from an authority.</summary>
    [Parameter(ParameterSetName = RemoteSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>How long an answer may take, in seconds; 100 without it.</summary>
    [Parameter(ParameterSetName = RemoteSet)]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 100;

    /// <summary>An SQLite database of SARK. Without it: the variable SARK_DATABASE, this machine's SARK, or an embedded one.</summary>
    [Parameter(Position = 0, ParameterSetName = LocalSet)]
    public string? Database { get; set; }

    /// <summary>Folder that stands for the root of the file system, to work on a copy of a machine's files.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    public string? Root { get; set; }

    /// <summary>User and secret of the Asterisk Manager Interface.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    public PSCredential? AmiCredential { get; set; }

    /// <summary>Host of the Asterisk Manager Interface.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    public string? AmiHost { get; set; }

    /// <summary>TCP port of the Asterisk Manager Interface.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ValidateRange(1, 65535)]
    public int AmiPort { get; set; }

    /// <summary>Passes the connection on without making it the one that other commands use.</summary>
    [Parameter]
    public SwitchParameter NotDefault { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var connection = new SarkConnection(IsAddressGiven() ? OpenRemote() : LocalBackend.Create(LocalOptions()));
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
    }

    // An address without a parameter's name reaches the default set, where the first place is the database's.
    private bool IsAddressGiven()
    {
        if (Uri is null && System.Uri.TryCreate(Database, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            Uri = address;
        }

        return Uri is not null;
    }

    private RemoteBackend OpenRemote()
    {
        if (!Uri!.IsAbsoluteUri || Uri.Scheme is not ("http" or "https"))
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Connection", Uri, $"'{Uri}' is no address of a service; it must start with http:// or https://.");
        }

        if (Token is not null && Uri.Scheme == "http" && !Uri.IsLoopback)
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Connection", Uri, $"A token is not sent to '{Uri}' in the clear; use https://.");
        }

        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        if (SkipCertificateCheck)
        {
#pragma warning disable CA5359 // The user asked for it by name, and the help says what it means.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        var http = new HttpClient(handler) { BaseAddress = Uri, Timeout = TimeSpan.FromSeconds(TimeoutSeconds) };
        return new RemoteBackend(new SarkHttpClient(http, Token is null ? null : new NetworkCredential("", Token).Password));
    }

    private SarkOptions LocalOptions()
    {
        var options = new SarkOptions();
        if (Database is not null)
        {
            // Relative to where the session stands, not to where the process was started.
            options.Database = GetUnresolvedProviderPathFromPSPath(Database);
        }

        if (Root is not null)
        {
            options.Root = GetUnresolvedProviderPathFromPSPath(Root);
        }

        if (AmiCredential is not null)
        {
            options.Ami.User = AmiCredential.UserName;
            options.Ami.Secret = AmiCredential.GetNetworkCredential().Password;
        }

        options.Ami.Host = AmiHost ?? options.Ami.Host;
        options.Ami.Port = AmiPort > 0 ? AmiPort : options.Ami.Port;
        return options;
    }
}
