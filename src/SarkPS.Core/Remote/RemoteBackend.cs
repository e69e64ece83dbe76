using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS.Remote;

/// <summary>A telephone exchange behind a service.</summary>
/// <param name="client">The connection to it.</param>
/// <param name="rehearses">
/// Whether the service has said that it rehearses changes; null to ask it before the first one. One that has not said so is
/// never sent a rehearsal, as it might make the change.
/// </param>
public sealed class RemoteBackend(SarkHttpClient client, bool? rehearses = null) : ISarkBackend
{
    private readonly RemoteAsterisk asterisk = new(client);
    private readonly RemoteSnapshots snapshots = new(client);
    private readonly RemoteBackups backups = new(client);
    private readonly RemoteGreetings greetings = new(client);
    private readonly RemoteFirewall firewall = new(client);
    private readonly RemoteCallRecords callRecords = new(client);
    private readonly RemoteSystem system = new(client);

    /// <inheritdoc/>
    public string Location => client.Address.ToString();

    /// <inheritdoc/>
    public bool IsRemote => true;

    /// <inheritdoc/>
    public bool CreatedDatabase => false;

    /// <inheritdoc/>
    public ExchangeCoverage Coverage => client.Identity?.Coverage ?? ExchangeCoverage.Unknown;

    /// <inheritdoc/>
    public SarkVersion? Version => client.Identity?.Sark;

    /// <inheritdoc/>
    public bool Covers(ExchangePart part) => client.Identity?.Covers(part) ?? true;

    /// <inheritdoc/>
    public Task VerifyAsync(CancellationToken cancellationToken = default) => client.IdentifyAsync(cancellationToken);

    /// <inheritdoc/>
    public ITableOperations Tables { get; } = new RemoteTables(client, rehearses);

    /// <inheritdoc/>
    public IChanges Changes { get; } = new RemoteChanges(client, rehearses);

    /// <inheritdoc/>
    public IAsteriskOperations Asterisk => Covered(ExchangePart.Asterisk, asterisk);

    /// <inheritdoc/>
    public ISnapshotOperations Snapshots => Covered(ExchangePart.Snapshots, snapshots);

    /// <inheritdoc/>
    public IBackupOperations Backups => Covered(ExchangePart.Backups, backups);

    /// <inheritdoc/>
    public IGreetingOperations Greetings => Covered(ExchangePart.Greetings, greetings);

    /// <inheritdoc/>
    public IFirewallOperations Firewall => Covered(ExchangePart.Firewall, firewall);

    /// <inheritdoc/>
    public ICallRecordOperations CallRecords => Covered(ExchangePart.CallRecords, callRecords);

    /// <inheritdoc/>
    public ISystemOperations System => Covered(ExchangePart.System, system);

    /// <inheritdoc/>
    public IJobs Jobs { get; } = new RemoteJobs(client);

    /// <inheritdoc/>
    public IApiTokens Tokens { get; } = new RemoteApiTokens(client);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    // The service would say so too, but only when it is asked to do it.
    private T Covered<T>(ExchangePart part, T operations) => Covers(part) ? operations : throw part.NotCovered(
        Location,
        $"The service at {client.Address} serves a database and not all that belongs to a machine. Say there whose the rest is with "
            + "Sark:Root: a FOLDER for a tree of files, or / for the machine's.");
}

/// <summary>Rows of any resource over HTTP.</summary>
internal sealed class RemoteTables(SarkHttpClient client, bool? rehearses) : ITableOperations
{
    private const int MostAttempts = 3;

    // What the service has said. One that could not be asked is asked again.
    private bool? rehearses = rehearses;

    public async Task<IReadOnlyList<SarkRow>> ListAsync(
        ResourceDescriptor resource,
        IReadOnlyDictionary<string, string>? filter,
        CancellationToken cancellationToken)
    {
        var query = filter is null ? "" : "?"
            + string.Join('&', filter.Select(f => $"filter[{SarkHttpClient.EscapeQuery(f.Key)}]={SarkHttpClient.EscapeQuery(f.Value)}"));
        return (await ReceiveAsync(resource, query, _ => 0, cancellationToken).ConfigureAwait(false)).Rows;
    }

    public async Task<ListPage> PageAsync(ResourceDescriptor resource, ListQuery query, CancellationToken cancellationToken)
    {
        query.Require(resource);
        var (rows, told) = await ReceiveAsync(resource, ListDocument.Write(query), ListDocument.ReadPage, cancellationToken)
            .ConfigureAwait(false);
        // sark6api and older services answer the whole list, whatever of it was asked for.
        return told is var (total, next) ? new ListPage(rows, total, next) : ListPage.Of(resource, rows, query);
    }

    private async Task<(IReadOnlyList<SarkRow> Rows, T Told)> ReceiveAsync<T>(
        ResourceDescriptor resource,
        string query,
        Func<HttpResponseMessage, T> read,
        CancellationToken cancellationToken)
    {
        using var response = await client.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, client.Resolve(resource.Route + query)),
            HttpCompletionOption.ResponseHeadersRead,
            null,
            cancellationToken).ConfigureAwait(false);
        using var document = await client.ReceiveAsync(async () =>
        {
            using var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return (client.Understand(() => Rows(resource, document.RootElement)), read(response));
    }

    public async Task<SarkRow> GetAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken)
    {
        // A row whose key no address can have is still in the list.
        if (!resource.IsSingleton && !SarkHttpClient.IsAddressable(key.First))
        {
            var rows = await ListAsync(resource, null, cancellationToken).ConfigureAwait(false);
            return rows.FirstOrDefault(r => IsRow(resource, key, r)) ?? throw resource.NotFound(key);
        }

        var answer = await client.SendAsync(HttpMethod.Get, Path(resource, key), null, cancellationToken).ConfigureAwait(false);
        // Of an extension with several classes of service all are answered; anywhere else a list is no row.
        if (answer is JsonArray && (resource.SecondKeyColumn is null || key.Second is not null))
        {
            throw Unexpected(resource, key, "a list");
        }

        var row = ReadRow(answer);
        return resource.IsSingleton || IsRow(resource, key, row)
            ? row
            : throw Unexpected(resource, key, $"'{row.Text(resource.KeyColumn)}'");
    }

    public async Task<SarkRow> CreateAsync(
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        ReadRow(await ChangeAsync(
            resource,
            HttpMethod.Post,
            kind is null ? resource.Route : $"{resource.Route}/{kind.Route}",
            changes.ToJson(),
            options,
            cancellationToken).ConfigureAwait(false));

    public async Task<SarkRow> UpdateAsync(
        ResourceDescriptor resource,
        RowKey key,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        ReadRow(await ChangeAsync(resource, HttpMethod.Put, Path(resource, key), changes.ToJson(), options, cancellationToken)
            .ConfigureAwait(false));

    public async Task<IReadOnlyList<string>> RemoveAsync(
        ResourceDescriptor resource,
        RowKey key,
        ChangeOptions options,
        CancellationToken cancellationToken)
    {
        var path = Path(resource, key);
        var separator = path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        var answer = await ChangeAsync(
            resource,
            HttpMethod.Delete,
            options.Force ? path + separator + "force=true" : path,
            null,
            options,
            cancellationToken).ConfigureAwait(false);
        return client.Understand<IReadOnlyList<string>>(() => [.. (answer?["orphans"] as JsonArray ?? []).Select(o => o!.ToString())]);
    }

    public async Task<IReadOnlyList<ConfigurationFault>> InspectAsync(CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(HttpMethod.Get, WireHeaders.ConfigurationFaults, null, cancellationToken).ConfigureAwait(false);
        return client.Understand(() => answer.Deserialize<List<ConfigurationFault>>(OperationJson.Options))
            ?? throw client.NotUnderstood(null);
    }

    public async Task<IReadOnlyList<Destination>> DestinationsAsync(CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(HttpMethod.Get, Destinations.Route, null, cancellationToken, WireHeaders.ReturnRepresentation)
            .ConfigureAwait(false);
        return client.Understand<IReadOnlyList<Destination>>(() => [.. answer!.AsArray().Select(d => new Destination
        {
            Name = (string)d!["name"]!,
            Kind = (string)d["kind"]!,
            RouteClass = (int)d["routeclass"]!,
            Tenant = (string?)d["cluster"],
        })]);
    }

    public async Task<IReadOnlyList<OpeningHours>> HoursAsync(CancellationToken cancellationToken)
    {
        JsonNode? answer;
        try
        {
            answer = await client.SendAsync(HttpMethod.Get, OpeningHours.Route, null, cancellationToken).ConfigureAwait(false);
        }
        catch (SarkNotFoundException)
        {
            // An older service, or sark6api itself.
            return [];
        }

        return client.Understand<IReadOnlyList<OpeningHours>>(() => [.. answer!.AsArray().Select(h => new OpeningHours(
            (string)h!["pkey"]!, (bool)h["open"]!, h["nextchange"]?.GetValue<DateTimeOffset>()))]);
    }

    private async Task<JsonNode?> ChangeAsync(
        ResourceDescriptor resource, HttpMethod method, string path, JsonNode? body, ChangeOptions options,
        CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> headers =
        [
            new(WireHeaders.Prefer, WireHeaders.HandlingStrict),
            new(WireHeaders.Prefer, WireHeaders.ReturnRepresentation),
        ];
        if (options.AllowsOtherTenant)
        {
            headers.Add(new(WireHeaders.Prefer, WireHeaders.AllowOtherTenant));
        }

        headers.AddRange(WireHeaders.Reason(options.Reason));
        if (options.IsRehearsal
            && !(rehearses ??= client.Identity?.AnswersRehearsals ?? await AskAsync(cancellationToken).ConfigureAwait(false)))
        {
            throw new SarkException(
                SarkErrorKind.Unsupported,
                resource.Noun,
                client.Address,
                $"The service at {client.Address} has not said that it rehearses changes, so it was not asked what this one would do. "
                    + "Nothing was sent.");
        }

        if (options.IsRehearsal)
        {
            headers.Add(new(WireHeaders.Prefer, WireHeaders.DryRun));
        }

        // sark6api and older services know no key, and would do it again.
        return options.IsRehearsal || client.Identity?.TakesChanges != true
            ? await client.SendAsync(method, path, body, null, headers, null, cancellationToken).ConfigureAwait(false)
            : await SarkHttpClient.SendOnceOnlyAsync(
                key => client.SendAsync(method, path, body, null, [.. headers, key], null, cancellationToken),
                MostAttempts,
                cancellationToken).ConfigureAwait(false);
    }

    // An older service, or sark6api itself, does not know the address.
    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.SendAsync(HttpMethod.Get, WireHeaders.WhoAmI, null, cancellationToken).ConfigureAwait(false);
            return answer is JsonObject map && map[WireHeaders.DryRunMember] is JsonValue value && value.TryGetValue<bool>(out var said)
                && said;
        }
        catch (SarkNotFoundException)
        {
            return false;
        }
    }

    // A key that the database makes is a number, however it was written.
    private static bool IsRow(ResourceDescriptor resource, RowKey key, SarkRow row) =>
        (row.Text(resource.KeyColumn) == key.First
            || (resource.GeneratesKey && PhpValue.TryInteger(key.First, out var asked)
                && PhpValue.TryInteger(row[resource.KeyColumn], out var answered)
                && asked == answered))
        && (key.Second is null || row.Text(resource.SecondKeyColumn!) == key.Second);

    private SarkUnavailableException Unexpected(ResourceDescriptor resource, RowKey key, string answer) => new(
        resource.Noun, key.ToString(),
        $"The service at {client.Address} was asked for the {SarkText.Words(resource.Noun)} '{key}' and answered {answer}, which is not "
            + "taken for it.");

    internal static string Path(ResourceDescriptor resource, RowKey key) =>
        resource.IsSingleton ? resource.Route
        : key.Second is not { } second ? $"{resource.Route}/{SarkHttpClient.Escape(key.First, resource.Noun)}"
        // An empty second part would mean all.
        : $"{resource.Route}/{SarkHttpClient.Escape(key.First, resource.Noun)}?{resource.SecondKeyColumn}="
            + (second.Length > 0 ? SarkHttpClient.EscapeQuery(second) : SarkHttpClient.Escape(second, resource.Noun));

    private static List<SarkRow> Rows(ResourceDescriptor resource, JsonElement answer)
    {
        if (resource.IsSingleton)
        {
            return [Row(answer, null)];
        }

        var rows = new List<SarkRow>(answer.GetArrayLength());
        foreach (var element in answer.EnumerateArray())
        {
            rows.Add(Row(element, rows.Count > 0 ? rows[0].Shape : null));
        }

        return rows;
    }

    private SarkRow ReadRow(JsonNode? node) => client.Understand(() =>
    {
        // Of an extension with several classes of service all are answered; the first of them is the row.
        var map = node is JsonArray { Count: > 0 } rows ? rows[0]!.AsObject() : node!.AsObject();
        return new SarkRow(new RowShape([.. map.Select(m => m.Key)]), [.. map.Select(m => PhpValue.FromJson(m.Value))]);
    });

    private static SarkRow Row(JsonElement element, RowShape? shape)
    {
        var names = new List<string>(shape?.Names.Count ?? 48);
        var values = new List<object?>(shape?.Names.Count ?? 48);
        var isSame = shape is not null;
        foreach (var member in element.EnumerateObject())
        {
            // Rows of one list have the same columns; comparing is cheaper than a shape for each.
            isSame = isSame && names.Count < shape!.Names.Count && member.NameEquals(shape.Names[names.Count]);
            names.Add(isSame ? shape!.Names[names.Count] : member.Name);
            // As objects, or the compiler would make a JsonNode of each, to which they all convert.
            values.Add(member.Value.ValueKind switch
            {
                JsonValueKind.String => (object?)member.Value.GetString(),
                JsonValueKind.Number => member.Value.TryGetInt64(out var whole) ? (object)whole : member.Value.GetDouble(),
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.Null => null,
                _ => JsonNode.Parse(member.Value.GetRawText()),
            });
        }

        return new SarkRow(isSame && names.Count == shape!.Names.Count ? shape : new RowShape(names), [.. values]);
    }
}
