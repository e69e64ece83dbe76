using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Removes rows of a resource.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkRemoveCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>Keys of the rows to remove; * and ? stand for any letters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("pkey")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>Removes it even though others name it, and tells which now point nowhere. Does not skip -WhatIf or -Confirm.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var key in Key)
        {
            Try(() =>
            {
                foreach (var one in Expand(key))
                {
                    Remove(new RowKey(one));
                }
            });
        }
    }

    private static ResourceDescriptor<T> Resource => T.Descriptor;

    private IEnumerable<string> Expand(string key)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(key))
        {
            return [key];
        }

        var pattern = WildcardPattern.Get(key, WildcardOptions.IgnoreCase);
        var rows = Wait(token => Backend.Tables.ListAsync(Resource, null, token));
        return rows.Select(r => r.Text(Resource.KeyColumn) ?? "").Where(pattern.IsMatch);
    }

    private void Remove(RowKey key)
    {
        if (!ShouldProcess(key.ToString(), $"Remove {SarkText.Words(Resource.Noun)}"))
        {
            return;
        }

        Try(() => RemoveReporting.Report(this, key, Wait(token => Backend.Tables.RemoveAsync(Resource, key, new ChangeOptions(Force: Force), token))));
    }
}

/// <summary>Tells what a removal left behind.</summary>
internal static class RemoveReporting
{
    public static void Report(Cmdlet cmdlet, RowKey key, IReadOnlyList<string> orphans)
    {
        foreach (var orphan in orphans)
        {
            cmdlet.WriteWarning($"{orphan} still names '{key}', which is gone.");
        }
    }
}
