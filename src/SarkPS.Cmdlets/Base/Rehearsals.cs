using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// Judges changes under -WhatIf: the exchange is asked what would come of one, so that what would be refused is an error and
/// not a promise. Nothing is changed by that, and without -WhatIf nothing is asked. What is said of a row takes the rows before it in
/// the same pipeline into account: a key that comes twice, a row that names one that an earlier row would make.
/// </summary>
internal sealed class Rehearsals(PSCmdlet cmdlet)
{
    private readonly HashSet<string> made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> removed = new(StringComparer.Ordinal);
    private bool? isOn;
    private bool hasWarned;

    /// <summary>Whether -WhatIf holds. The engine tells only after it has written its line.</summary>
    public bool IsOn => isOn ??= LanguagePrimitives.IsTrue(
        cmdlet.MyInvocation.BoundParameters.TryGetValue("WhatIf", out var said) ? said : cmdlet.GetVariableValue("WhatIfPreference"));

    /// <summary>Judges a row that is to be made.</summary>
    /// <param name="resource">What is made.</param>
    /// <param name="kind">Which kind of it.</param>
    /// <param name="changes">Its columns.</param>
    /// <param name="rehearse">Asks the exchange.</param>
    /// <exception cref="SarkException">It would be refused.</exception>
    public void Create(ResourceDescriptor resource, CreateKind? kind, Changes changes, Action rehearse)
    {
        if (!IsOn)
        {
            return;
        }

        var key = Key(resource, changes);
        if (key is not null && made.Contains(key))
        {
            throw SarkValidationException.Duplicate(resource.Noun, key, resource.Duplicate(new RowKey(key.Split('/')[0])));
        }

        var required = kind?.Required.Select(r => r.Column).ToHashSet(StringComparer.Ordinal) ?? [];
        CheckAddresses(resource, key, changes, "created", required.Contains);
        Ask(resource, changes, rehearse);
        if (key is not null)
        {
            made.Add(key);
        }

        NoteAddresses(resource, key, changes, required.Contains);
    }

    /// <summary>Judges a change.</summary>
    /// <param name="resource">What is changed.</param>
    /// <param name="key">The row.</param>
    /// <param name="changes">Its columns.</param>
    /// <param name="rehearse">Asks the exchange.</param>
    /// <exception cref="SarkException">It would be refused.</exception>
    public void Update(ResourceDescriptor resource, RowKey key, Changes changes, Action rehearse)
    {
        if (IsOn)
        {
            bool IsTold(string column) => resource.Kinds.Any(k => k.Required.Any(r => r.Column == column));
            CheckAddresses(resource, key.ToString(), changes, "changed", IsTold);
            Ask(resource, changes, rehearse);
            NoteAddresses(resource, key.ToString(), changes, IsTold);
        }
    }

    /// <summary>Judges a removal.</summary>
    /// <param name="resource">What is removed.</param>
    /// <param name="key">The row.</param>
    /// <param name="rehearse">Asks the exchange.</param>
    /// <exception cref="SarkException">It would be refused.</exception>
    public void Remove(ResourceDescriptor resource, RowKey key, Action rehearse)
    {
        if (IsOn)
        {
            if (removed.Contains(key.ToString()))
            {
                throw resource.NotFound(key);
            }

            try
            {
                Ask(resource, [], rehearse);
            }
            catch (SarkConflictException error) when (error.Dependants.Count > 0
                && error.Dependants.All(d => removed.Any(r => IsRow(resource, r, d))))
            {
                // Those that name it would be gone by then.
            }

            removed.Add(key.ToString());
        }
    }

    // Two telephones with one address: the second is refused once the first is there.
    private void CheckAddresses(ResourceDescriptor resource, string? key, Changes changes, string done, Func<string, bool> isMeant)
    {
        foreach (var (column, address) in Addresses(resource, changes, isMeant))
        {
            if (addresses.TryGetValue(address, out var owner) && owner != key)
            {
                var message = $"This MAC already exists in the DB! {address}";
                throw new SarkValidationException(
                    resource.Noun,
                    key,
                    [new(column, [message])],
                    $"The {SarkText.Words(resource.Noun)} '{key}' was not {done}: {message} ({column} is '{address}')");
            }
        }
    }

    private void NoteAddresses(ResourceDescriptor resource, string? key, Changes changes, Func<string, bool> isMeant)
    {
        foreach (var (_, address) in Addresses(resource, changes, isMeant))
        {
            addresses[address] = key;
        }
    }

    private static IEnumerable<(string Column, string Address)> Addresses(
        ResourceDescriptor resource,
        Changes changes,
        Func<string, bool> isMeant) =>
        resource.Columns.Where(c => c.IsHardwareAddress && isMeant(c.Name) && changes[c.Name] is string { Length: > 0 })
            .Select(c => (c.Name, (string)changes[c.Name]!));

    private void Ask(ResourceDescriptor resource, Changes changes, Action rehearse)
    {
        try
        {
            rehearse();
        }
        catch (SarkValidationException error) when (made.Count > 0 && !error.IsDuplicate
            && error.Errors.All(e => NamesMade(resource, e.Key, changes)))
        {
            // A row before this one would have been made by then.
        }
        catch (SarkException error) when (error.Kind == SarkErrorKind.Unsupported)
        {
            if (!hasWarned)
            {
                hasWarned = true;
                cmdlet.WriteWarning($"Not judged: {error.Message}");
            }
        }
    }

    private bool NamesMade(ResourceDescriptor resource, string column, Changes changes) =>
        resource.Find(column) is { } found
        && (found.Reference?.Noun == resource.Noun || found.Destination is not null)
        && changes[column] is string name
        && made.Contains(name.TrimStart('*'));

    // As the store names what depends on a row: "Extension 401 (Tenant)".
    private static bool IsRow(ResourceDescriptor resource, string key, string dependant) =>
        dependant == $"{resource.Noun} {key}" || dependant.StartsWith($"{resource.Noun} {key} (", StringComparison.Ordinal);

    private static string? Key(ResourceDescriptor resource, Changes changes)
    {
        var parts = new[] { resource.KeyColumn, resource.SecondKeyColumn }.OfType<string>()
            .Select(c => Rules.PhpValue.Text(changes[c])?.Trim())
            .ToArray();
        return parts.Any(string.IsNullOrEmpty) ? null : string.Join('/', parts);
    }
}
