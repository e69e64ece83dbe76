using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// Offers values for any parameter of a resource's cmdlets: its keys, the words that a column allows, the keys of the
/// resource that it names, destinations. What it is, it reads from the descriptor of the cmdlet's noun. Without a
/// connection it offers what needs none.
/// </summary>
public sealed partial class SarkCompleter : IArgumentCompleter
{
    /// <summary>People wait for Tab no longer than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var typed = wordToComplete.Trim('\'', '"');
        var pattern = WildcardPattern.Get(typed + "*", WildcardOptions.IgnoreCase);
        var noun = commandName[(commandName.IndexOf('-', StringComparison.Ordinal) + 1)..];
        var resource = SarkResources.All.FirstOrDefault(r => string.Equals("Sark" + r.Noun, noun, StringComparison.OrdinalIgnoreCase));
        var values = resource is null
            ? OfOperation(noun, parameterName, fakeBoundParameters)
            : OfResource(resource, parameterName, fakeBoundParameters);
        // A table is completed as a whole, since nothing is asked inside one.
        var isTable = resource?.FindFamily(parameterName) is not null;
        return values
            .Where(v => isTable ? typed.Length == 0 : pattern.IsMatch(v.Text))
            .Select(v => new CompletionResult(
                isTable ? $"@{{ 1 = {Quoted(v.Text)} }}" : Quoted(v.Text),
                v.Text,
                CompletionResultType.ParameterValue,
                v.Tip));
    }

    private static IEnumerable<(string Text, string Tip)> OfResource(ResourceDescriptor resource, string parameterName, IDictionary bound)
    {
        if (Is(parameterName, "Key"))
        {
            return Keys(resource, bound);
        }

        if (Is(parameterName, "Kind"))
        {
            return resource.Kinds.Select(k => (k.Name, $"{k.Name} {SarkText.Words(resource.Noun)}"));
        }

        if ((resource.FindProperty(parameterName) ?? (resource.FindFamily(parameterName) is { } family
            ? resource.Find(family.ColumnOf(family.Main, 1)!)
            : null)) is not { } column)
        {
            return [];
        }

        if (column.Type == ColumnType.Flag)
        {
            return [("$true", column.Flag!.True), ("$false", column.Flag.False)];
        }

        if (column.AllowedValues.Count > 0)
        {
            // Where versions of SARK have words of their own, those of the exchange that is connected.
            var known = column.Successor is null
                ? []
                : Ask(bound, backend => column.AllowedValuesIn(backend.Version).Select(v => (v, v))).ToArray();
            return known.Length > 0 ? known : column.AllowedValues.Select(v => (v, v));
        }

        if (column.Destination is not null)
        {
            return Destinations.Fixed.Keys.Select(d => (d, d)).Concat(Ask(bound, backend => DestinationNames(backend)));
        }

        return column.Reference?.Noun is { } named ? Keys(SarkResources.Find(named), bound) : Suggested(resource, column, bound);
    }

    // Columns that take more than a rule could list, and still have values that people look for.
    private static IEnumerable<(string Text, string Tip)> Suggested(
        ResourceDescriptor resource,
        Column column,
        IDictionary bound) => column.Property switch
        {
            // What an extension's kind makes of it, and the makers that there are templates for.
            nameof(Extension.Device) => Extension.Descriptor.Kinds
                .SelectMany(k => k.Defaults.Where(d => d.Column == column.Name).Select(d => (string)d.Value!))
                .Select(v => (v, v))
                .Concat(Keys(SarkPS.Template.Descriptor, bound, row => row.Text("technology") == "SIP"))
                .DistinctBy(v => v.Item1),
            nameof(Extension.DeviceModel) => Stored(resource, column, bound),
            nameof(RingGroup.Members) => Keys(Extension.Descriptor, bound),
            nameof(SarkPS.Tenant.Operator) => Keys(Extension.Descriptor, bound),
            nameof(SarkPS.Tenant.Include) => [("ALL", "Every tenant"), .. Keys(SarkPS.Tenant.Descriptor, bound)],
            nameof(SarkPS.Tenant.RouteOverride) => Destinations.Fixed.Keys.Select(d => (d, d))
                .Concat(Ask(bound, backend => DestinationNames(backend))),
            nameof(SarkPS.Tenant.Recording) => Extension.Descriptor.FindProperty(column.Property)!.AllowedValues.Select(v => (v, v)),
            "Greeting" => Ask(bound, backend => Names(backend.Greetings, column.Type == ColumnType.Integer)),
            _ when column.IsFilter => Stored(resource, column, bound),
            _ => [],
        };

    // What is no table: files, and what Asterisk knows about an extension.
    private static IEnumerable<(string Text, string Tip)> OfOperation(
        string noun,
        string parameterName,
        IDictionary bound) => (noun.ToUpperInvariant(), parameterName.ToUpperInvariant()) switch
        {
            ("SARKBACKUP", "NAME") => Ask(bound, backend => Names(backend.Backups)),
            ("SARKSNAPSHOT", "NAME") => Ask(bound, backend => Names(backend.Snapshots)),
            ("SARKGREETING", "NAME") => Ask(bound, backend => Names<Greeting>(backend.Greetings)),
            ("SARKJOB", "ID") => Ask(bound, Jobs),
            ("SARKAPITOKEN", "NAME") => Ask(bound, backend => Told(backend.Tokens.ListAsync)
                .Select(t => (t.Name, string.Join(' ', t.Scopes)))),
            ("SARKAPITOKEN", "SCOPE") => ApiScopes.Meanings.Select(s => (s.Key, s.Value)),
            ("SARKRESOURCE", "RESOURCE") => SarkResources.All.Select(r => (r.Noun, r.PluralName)),
            ("SARKDESTINATION", "KIND") => Destinations.Kinds.Select(k => (k.Resource.Noun, SarkText.Words(k.Resource.Noun)))
                .Append(("Target", "What every exchange has")),
            ("SARKDESTINATION", "NAME") => Destinations.Fixed.Keys.Select(d => (d, d))
                .Concat(Ask(bound, backend => DestinationNames(backend))),
            ("SARK", "VERSION") => SarkVersion.All.Select(v => (v.Name, $"SARK {v}")),
            (_, "TENANT") => Keys(SarkPS.Tenant.Descriptor, bound),
            (_, "EXTENSION" or "MAILBOX") or ("SARKEXTENSIONRUNTIME" or "SARKEXTENSIONSTATE", "KEY") => Keys(Extension.Descriptor, bound),
            (_, "QUEUE") => Keys(Queue.Descriptor, bound),
            (_, "AGENT") => Keys(SarkPS.Agent.Descriptor, bound),
            _ => [],
        };

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string Text, string Tip)> Stored(
        ResourceDescriptor resource,
        Column column,
        IDictionary bound) => Ask(bound, backend =>
    {
        using var patience = new CancellationTokenSource(Patience);
        return [.. backend.Tables.ListAsync(resource, null, patience.Token).GetAwaiter().GetResult()
            .Select(row => row.Text(column.Name) ?? "")
            .Where(v => v.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(v => (v, v))];
    });

    private static IEnumerable<(string Text, string Tip)> Jobs(ISarkBackend backend) =>
        Told(backend.Jobs.ListAsync).Select(job => (job.Id, $"{job.Activity} ({job.State})"));

    private static T Told<T>(Func<CancellationToken, Task<T>> question)
    {
        using var patience = new CancellationTokenSource(Patience);
        return question(patience.Token).GetAwaiter().GetResult();
    }

    private static IEnumerable<(string Text, string Tip)> Names<TFile>(IFileStoreOperations<TFile> store)
        where TFile : StoredFile
    {
        using var patience = new CancellationTokenSource(Patience);
        return [.. store.ListAsync(patience.Token).GetAwaiter().GetResult().Select(f => (f.Name, f.Name))];
    }

    // Tables name a greeting without the ending of its file, menus by its number.
    private static IEnumerable<(string Text, string Tip)> Names(IGreetingOperations store, bool asNumber)
    {
        foreach (var (name, _) in Names(store))
        {
            var bare = System.IO.Path.GetFileNameWithoutExtension(name);
            if (bare.StartsWith("usergreeting", StringComparison.Ordinal)
                && int.TryParse(bare["usergreeting".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                yield return (asNumber ? number.ToString(CultureInfo.InvariantCulture) : bare, name);
            }
        }
    }

    private static IEnumerable<(string Text, string Tip)> DestinationNames(ISarkBackend backend)
    {
        using var patience = new CancellationTokenSource(Patience);
        return backend.Tables.DestinationsAsync(patience.Token).GetAwaiter().GetResult()
            .Where(d => !Destinations.Fixed.ContainsKey(d.Name))
            .Select(d => (d.Name, $"{d.Kind} {d.Name}"));
    }

    private static IEnumerable<(string Text, string Tip)> Keys(
        ResourceDescriptor resource,
        IDictionary bound,
        Func<SarkRow, bool>? where = null) => Ask(bound, backend =>
    {
        using var patience = new CancellationTokenSource(Patience);
        var description = resource.FindProperty("Description")?.Name;
        return [.. backend.Tables.ListAsync(resource, null, patience.Token).GetAwaiter().GetResult()
            .Where(where ?? (_ => true))
            .Select(row => (Key: row.Text(resource.KeyColumn) ?? "", About: description is null ? null : row.Text(description)))
            .Where(r => r.Key.Length > 0)
            .Select(r => (r.Key, string.IsNullOrEmpty(r.About) ? r.Key : r.About))];
    });

    private static IEnumerable<(string Text, string Tip)> Ask(IDictionary bound, Func<ISarkBackend, IEnumerable<(string, string)>> question)
    {
        var connection = bound["Connection"] as SarkConnection ?? SarkConnection.Default;
        if (connection is null)
        {
            return [];
        }

        try
        {
            return [.. question(connection.Backend)];
        }
        catch (Exception error) when (error is SarkException or OperationCanceledException)
        {
            // Tab has nobody to tell of an error; the command itself will.
            return [];
        }
    }

    // What PowerShell would read as something else than the text is quoted: $(...) is code, 0123 and 1e3 are numbers.
    private static string Quoted(string text) =>
        text is "$true" or "$false" || BareWord().IsMatch(text) ? text
        : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    [GeneratedRegex(@"\A([A-Za-z][A-Za-z0-9._]*|[1-9][0-9]{0,8}|0)\z", RegexOptions.CultureInvariant)]
    private static partial Regex BareWord();
}
