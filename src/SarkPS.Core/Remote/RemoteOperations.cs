using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SarkPS.Remote;

/// <summary>What all remote operations do: ask for a representation and read it as the type that it is.</summary>
internal abstract class RemoteOperations(SarkHttpClient client)
{
    protected SarkHttpClient Client => client;

    /// <summary>
    /// The limit of what takes as long as there are files: none. Whether the other side still lives, the connection itself
    /// finds out.
    /// </summary>
    protected static readonly TimeSpan? Unlimited = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// The limit of what starts a program on the other side. The service ends a program after five minutes, the slowest,
    /// and says so; that answer must still arrive.
    /// </summary>
    protected static readonly TimeSpan? ForPrograms = TimeSpan.FromMinutes(11);

    protected async Task<T> CallAsync<T>(
        HttpMethod method,
        string path,
        JsonNode? body,
        TimeSpan? limit,
        CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(method, path, body, limit, cancellationToken, WireHeaders.ReturnRepresentation)
            .ConfigureAwait(false);
        return Read<T>(answer);
    }

    /// <summary>
    /// Has the service do long work as a job, and waits for its end. Who gives up waiting has the job told to stop, and
    /// learns what became of it: it is complete, and has its result, or was stopped, and that is a cancellation.
    /// </summary>
    protected async Task<T> RunAsync<T>(
        HttpMethod method,
        string path,
        JsonNode? body,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken,
        ChangeNote? note = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Not with the token: a job that has begun and whose name nobody knows could not be told to stop.
        var begun = await client.SendAsync(
            method,
            path,
            body,
            Unlimited,
            [
                new(WireHeaders.Prefer, WireHeaders.RespondAsync),
                new(WireHeaders.Prefer, WireHeaders.ReturnRepresentation),
                .. WireHeaders.Reason(note?.Reason),
            ],
            null,
            CancellationToken.None).ConfigureAwait(false);
        var job = await new RemoteJobs(client).EndAsync(Read<Job>(begun), progress, cancellationToken).ConfigureAwait(false);
        return job switch
        {
            { State: JobState.Completed, Result: JsonElement result } => client.Understand(
                () => result.Deserialize<T>(OperationJson.Options)) ?? throw client.NotUnderstood(null),
            { State: JobState.Stopped } => throw new OperationCanceledException(cancellationToken),
            _ => throw job.Error ?? client.NotUnderstood(null),
        };
    }

    protected T Read<T>(JsonNode? answer) =>
        client.Understand(() => answer.Deserialize<T>(OperationJson.Options)) ?? throw client.NotUnderstood(null);
}

/// <summary>A store of files behind a service.</summary>
internal abstract class RemoteFileStore<TFile>(SarkHttpClient client, FileStoreKind<TFile> kind) :
    RemoteOperations(client),
    IFileStoreOperations<TFile>
    where TFile : StoredFile
{
    public async Task<IReadOnlyList<TFile>> ListAsync(CancellationToken cancellationToken = default) =>
        await CallAsync<TFile[]>(HttpMethod.Get, kind.Route, null, null, cancellationToken).ConfigureAwait(false);

    public async Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        var address = Client.Resolve(Item(name));
        var response = await Client.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, address),
            HttpCompletionOption.ResponseHeadersRead,
            null,
            cancellationToken).ConfigureAwait(false);
        return new ReceivedStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), Client);
    }

    public async Task<TFile> ImportAsync(string name, Stream content, bool force = false, CancellationToken cancellationToken = default)
    {
        // Here as well as there: a line break in a name would break the form.
        kind.Acceptable(name);
        var start = content.CanSeek ? content.Position : 0;
        using var response = await Client.SendAsync(
            () =>
            {
                // When the service puts the upload off, it is sent from its start again.
                if (content.CanSeek)
                {
                    content.Position = start;
                }

                var file = new StreamContent(content, 128 * 1024);
                file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                var request = new HttpRequestMessage(HttpMethod.Post, Client.Resolve(force ? kind.Route + "?force=true" : kind.Route))
                {
                    Content = new MultipartFormDataContent { { file, kind.UploadField, name } },
                };
                request.Headers.Add(WireHeaders.Prefer, WireHeaders.ReturnRepresentation);
                return request;
            },
            HttpCompletionOption.ResponseContentRead,
            Unlimited,
            cancellationToken).ConfigureAwait(false);
        return Read<TFile>(await Client.ReadAsync(response, cancellationToken).ConfigureAwait(false));
    }

    public async Task RequireAsync(string name, CancellationToken cancellationToken = default)
    {
        kind.Existing(name);
        if (!await IsThereAsync(name, cancellationToken).ConfigureAwait(false))
        {
            throw new SarkNotFoundException(kind.Noun, name);
        }
    }

    public async Task JudgeImportAsync(string name, bool force = false, CancellationToken cancellationToken = default)
    {
        kind.Acceptable(name);
        if (!force && await IsThereAsync(name, cancellationToken).ConfigureAwait(false))
        {
            throw kind.Taken(name);
        }
    }

    public Task JudgeRemoveAsync(string name, bool force = false, CancellationToken cancellationToken = default) =>
        RequireAsync(name, cancellationToken);

    private async Task<bool> IsThereAsync(string name, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken).ConfigureAwait(false)).Any(file => file.Name == name);

    public Task RemoveAsync(string name, bool force = false, CancellationToken cancellationToken = default) =>
        Client.SendAsync(HttpMethod.Delete, force ? Item(name) + "?force=true" : Item(name), null, cancellationToken);

    protected Task<TFile> CreateFileAsync(IProgress<OperationProgress>? progress, CancellationToken cancellationToken) =>
        RunAsync<TFile>(HttpMethod.Post, kind.Route + "/new", null, progress, cancellationToken);

    /// <summary>
    /// The route of a file. A name that is none of the store's goes nowhere: <c>new</c> and <c>..</c> would be other
    /// routes.
    /// </summary>
    protected string Item(string name) => $"{kind.Route}/{SarkHttpClient.Escape(kind.Existing(name))}";
}

internal sealed class RemoteSnapshots(SarkHttpClient client) : RemoteFileStore<Snapshot>(client, FileStores.Snapshots), ISnapshotOperations
{
    public Task<Snapshot> CreateAsync(CancellationToken cancellationToken = default) => CreateFileAsync(null, cancellationToken);

    public Task<SnapshotRestore> RestoreAsync(
        string name,
        ChangeNote? note = null,
        CancellationToken cancellationToken = default) =>
        RunAsync<SnapshotRestore>(HttpMethod.Put, Item(name), null, null, cancellationToken, note);
}

internal sealed class RemoteBackups(SarkHttpClient client) : RemoteFileStore<Backup>(client, FileStores.Backups), IBackupOperations
{
    public Task<Backup> CreateAsync(IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default) =>
        CreateFileAsync(progress, cancellationToken);

    public Task<BackupRestore> RestoreAsync(
        string name,
        BackupParts parts,
        bool dryRun = false,
        ChangeNote? note = null,
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var body = new JsonObject();
        foreach (var (field, part) in BackupPartNames.All)
        {
            body[field] = parts.HasFlag(part);
        }

        return RunAsync<BackupRestore>(
            HttpMethod.Put,
            Item(name) + (dryRun ? "?dryrun=true" : ""),
            body,
            progress,
            cancellationToken,
            note);
    }

    public Task<BackupReport> TestAsync(
        string name,
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        RunAsync<BackupReport>(HttpMethod.Get, Item(name) + "/check", null, progress, cancellationToken);
}

internal sealed class RemoteGreetings(SarkHttpClient client) : RemoteFileStore<Greeting>(client, FileStores.Greetings), IGreetingOperations;

internal sealed class RemoteFirewall(SarkHttpClient client) : RemoteOperations(client), IFirewallOperations
{
    public Task<FirewallRules> GetAsync(FirewallFamily family, CancellationToken cancellationToken = default) =>
        CallAsync<FirewallRules>(HttpMethod.Get, Route(family), null, null, cancellationToken);

    public Task<FirewallCheck> SetAsync(
        FirewallFamily family,
        IReadOnlyList<string> rules,
        CancellationToken cancellationToken = default) =>
        CallAsync<FirewallCheck>(HttpMethod.Post, Route(family), Body(rules), ForPrograms, cancellationToken);

    public Task<FirewallCheck> TestAsync(
        FirewallFamily family,
        IReadOnlyList<string>? rules = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<FirewallCheck>(
            HttpMethod.Post,
            Route(family) + "/check",
            rules is null ? null : Body(rules),
            ForPrograms,
            cancellationToken);

    public Task<SystemCommandResult> RestartAsync(FirewallFamily family, CancellationToken cancellationToken = default) =>
        CallAsync<SystemCommandResult>(HttpMethod.Put, Route(family), null, ForPrograms, cancellationToken);

    private static string Route(FirewallFamily family) => $"firewalls/{family.ToString().ToLowerInvariant()}";

    private static JsonObject Body(IReadOnlyList<string> rules) =>
        new() { ["rules"] = new JsonArray([.. rules.Select(rule => (JsonNode)rule)]) };
}

internal sealed class RemoteSystem(SarkHttpClient client) : RemoteOperations(client), ISystemOperations
{
    public Task<CommitResult> CommitAsync(
        bool detailed = false,
        ChangeNote? note = null,
        CancellationToken cancellationToken = default) =>
        RunAsync<CommitResult>(
            HttpMethod.Post,
            detailed ? "syscommands/commit?detailed=true" : "syscommands/commit",
            null,
            null,
            cancellationToken,
            note);

    public Task<CommitStatus> GetCommitStatusAsync(CancellationToken cancellationToken = default) =>
        CallAsync<CommitStatus>(HttpMethod.Get, "syscommands/commitstatus", null, null, cancellationToken);

    public Task<SystemCommandResult> RebootAsync(CancellationToken cancellationToken = default) => PostAsync("reboot", cancellationToken);

    public Task<PbxState> GetPbxStateAsync(CancellationToken cancellationToken = default) =>
        CallAsync<PbxState>(HttpMethod.Get, "syscommands/pbxrunstate", null, null, cancellationToken);

    public Task<SystemCommandResult> StartPbxAsync(CancellationToken cancellationToken = default) =>
        PostAsync("pbxstart", cancellationToken);

    public Task<SystemCommandResult> StopPbxAsync(CancellationToken cancellationToken = default) => PostAsync("pbxstop", cancellationToken);

    private Task<SystemCommandResult> PostAsync(string command, CancellationToken cancellationToken) =>
        CallAsync<SystemCommandResult>(HttpMethod.Post, $"syscommands/{command}", null, ForPrograms, cancellationToken);
}

internal sealed class RemoteCallRecords(SarkHttpClient client) : RemoteOperations(client), ICallRecordOperations
{
    public async IAsyncEnumerable<CallRecord> ReadAsync(
        CallRecordFilter filter,
        CallRecordStatistics? statistics = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(filter, OperationJson.Lines, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        CallRecordStatistics? last = null;
        while (await ReadLineAsync(reader, cancellationToken).ConfigureAwait(false) is { } line)
        {
            // Records have many members, the last line only the counts.
            if (line.StartsWith("{\"matched\"", StringComparison.Ordinal))
            {
                last = Parse<CallRecordStatistics>(line);
                continue;
            }

            yield return Parse<CallRecord>(line);
        }

        if (last is null)
        {
            throw new SarkUnavailableException(
                "Service",
                Client.Address,
                $"The service at {Client.Address} broke off before the last call record.");
        }

        if (statistics is not null)
        {
            statistics.Matched = last.Matched;
            statistics.Skipped = last.Skipped;
        }
    }

    public async Task WriteCsvAsync(
        CallRecordFilter filter,
        Stream destination,
        Action<CallRecordStatistics>? counted = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(filter, "text/plain", cancellationToken).ConfigureAwait(false);
        counted?.Invoke(new CallRecordStatistics
        {
            Matched = Count(response, WireHeaders.RowsMatched),
            Skipped = Count(response, WireHeaders.RowsSkipped)
        });
        await Client.ReceiveAsync(async () =>
        {
            await response.Content.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    private static long Count(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;

    private async Task<HttpResponseMessage> SendAsync(CallRecordFilter filter, string accept, CancellationToken cancellationToken)
    {
        var address = Client.Resolve("logs/cdrs" + CallRecordQuery.Write(filter));
        return await Client.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Accept.ParseAdd(accept);
                request.Headers.Accept.ParseAdd(WireHeaders.Problem);
                return request;
            },
            HttpCompletionOption.ResponseHeadersRead,
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        return await Client.ReceiveAsync(async () => await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private T Parse<T>(string line) =>
        Client.Understand(() => JsonSerializer.Deserialize<T>(line, OperationJson.Options)) ?? throw Client.NotUnderstood(null);
}

/// <summary>A filter of call records as the query of an address, written by the client and read by the service.</summary>
public static class CallRecordQuery
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF";

    /// <summary>The query with its question mark; empty when nothing narrows.</summary>
    public static string Write(CallRecordFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var parts = new List<string>();
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        Add("after", filter.After?.ToString(TimeForm, CultureInfo.InvariantCulture));
        Add("before", filter.Before?.ToString(TimeForm, CultureInfo.InvariantCulture));
        Add("source", filter.Source);
        Add("destination", filter.Destination);
        Add("disposition", filter.Disposition?.ToString());
        Add("minimumduration", filter.MinimumDuration?.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        Add("limit", filter.Last?.ToString(CultureInfo.InvariantCulture));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    /// <summary>Reads a query.</summary>
    /// <param name="value">Gives the text of a name, or null.</param>
    /// <exception cref="SarkValidationException">A value is not of its form; the field is the name in the query.</exception>
    public static CallRecordFilter Read(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new CallRecordFilter
        {
            After = Time("after"),
            Before = Time("before"),
            Source = value("source"),
            Destination = value("destination"),
            Disposition = Parse<CallDisposition>(
                "disposition",
                text => Enum.TryParse<CallDisposition>(text.Replace(" ", "", StringComparison.Ordinal), ignoreCase: true, out var word)
                    && Enum.IsDefined(word) && !char.IsAsciiDigit(text[0])
                    ? word
                    : null,
                text => $"The disposition '{text}' is unknown; allowed are {string.Join(", ", CallDispositions.Words.Keys)}."),
            MinimumDuration = Parse<TimeSpan>(
                "minimumduration",
                text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                    && seconds is >= 0 and < 1e9
                    ? TimeSpan.FromSeconds(seconds)
                    : null,
                _ => "The minimumduration must be a number."),
            Last = Parse<int>(
                "limit",
                text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null,
                _ => "The limit must be a number."),
        };

        DateTime? Time(string name) => Parse<DateTime>(
            name,
            text => DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified)
                : null,
            text => $"The {name} is not a valid date.");

        T? Parse<T>(string name, Func<string, T?> read, Func<string, string> message) where T : struct =>
            value(name) is not { Length: > 0 } text
            ? null
            : read(text) ?? throw new SarkValidationException("Cdr", text, name, message(SarkText.Printable(text)));
    }
}
