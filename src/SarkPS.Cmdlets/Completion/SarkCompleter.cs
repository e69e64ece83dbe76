using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// Offers values for any parameter of a resource's cmdlets: its keys, the words that a column allows, the keys of the
/// resource that it names, destinations. What it is, it reads from the descriptor of the cmdlet's noun. Without a
/// connection it offers what needs none.
/// </summary>
public sealed class SarkCompleter : IArgumentCompleter
{
    /// <summary>People wait for Tab no longer than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var typed = wordToComplete.Trim('\'', '"');
        var pattern = WildcardPattern.Get(typed + "*", WildcardOptions.IgnoreCase);
        return Values(commandName, parameterName, fakeBoundParameters)
            .Where(v => pattern.IsMatch(v.Text))
            .Select(v => new CompletionResult(Quoted(v.Text), v.Text, CompletionResultType.ParameterValue, v.Tip));
    }

    private static IEnumerable<(string Text, string Tip)> Values(string commandName, string parameterName, IDictionary bound)
    {
        var noun = commandName[(commandName.IndexOf('-', StringComparison.Ordinal) + 1)..];
        var resource = SarkResources.All.FirstOrDefault(r => string.Equals("Sark" + r.Noun, noun, StringComparison.OrdinalIgnoreCase));
        if (resource is null)
        {
            return [];
        }

        if (string.Equals(parameterName, "Key", StringComparison.OrdinalIgnoreCase))
        {
            return Keys(resource, bound);
        }

        if (string.Equals(parameterName, "Kind", StringComparison.OrdinalIgnoreCase))
        {
            return resource.Kinds.Select(k => (k.Name, $"{k.Name} {SarkText.Words(resource.Noun)}"));
        }

        if (resource.FindProperty(parameterName) is not { } column)
        {
            return [];
        }

        if (column.Type == ColumnType.Flag)
        {
            return [("$true", column.Flag!.True), ("$false", column.Flag.False)];
        }

        if (column.AllowedValues.Count > 0)
        {
            return column.AllowedValues.Select(v => (v, v));
        }

        if (column.Destination is not null)
        {
            return Destinations.Fixed.Keys.Select(d => (d, d)).Concat(Ask(bound, backend => DestinationNames(backend)));
        }

        return column.Reference?.Noun is { } named ? Keys(SarkResources.Find(named), bound) : [];
    }

    private static IEnumerable<(string Text, string Tip)> DestinationNames(ISarkBackend backend)
    {
        using var patience = new CancellationTokenSource(Patience);
        return backend.Tables.DestinationsAsync(patience.Token).GetAwaiter().GetResult()
            .Where(d => !Destinations.Fixed.ContainsKey(d.Name))
            .Select(d => (d.Name, $"{d.Kind} {d.Name}"));
    }

    private static IEnumerable<(string Text, string Tip)> Keys(ResourceDescriptor resource, IDictionary bound) => Ask(bound, backend =>
    {
        using var patience = new CancellationTokenSource(Patience);
        var description = resource.FindProperty("Description")?.Name;
        return [.. backend.Tables.ListAsync(resource, null, patience.Token).GetAwaiter().GetResult()
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
            return question(connection.Backend);
        }
        catch (Exception error) when (error is SarkException or OperationCanceledException)
        {
            // Tab has nobody to tell of an error; the command itself will.
            return [];
        }
    }

    private static string Quoted(string text) =>
        text.StartsWith('$') || (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_')) ? text
        : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
