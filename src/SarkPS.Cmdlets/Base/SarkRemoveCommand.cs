using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Removes rows of a resource.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkRemoveCommand<T> : SarkChangeCommand
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>
    /// Keys of the rows to remove; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter
    /// after it literal.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Alias("pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>
    /// What is piped in: rows as Get- lists them or rows from elsewhere, of which the key counts, or plain keys. All letter
    /// by letter.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Removes it without asking, even though others name it, and tells which now point nowhere. Does not skip -WhatIf, nor
    /// a -Confirm that is given.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsRefused())
        {
            ForEachWish(Key, InputObject, wish =>
            {
                RefuseStranger(wish.Item);
                foreach (var key in Expand(Resource, wish))
                {
                    Try(() => RemoveRow(Resource, key, Force));
                }
            });
        }
    }

    private static ResourceDescriptor<T> Resource => T.Descriptor;

    // A tenant says which extensions belong to it, but nobody who pipes one in may have meant to remove them all.
    private static void RefuseStranger(PipedItem? item)
    {
        if (item?.Resource is { } other && !ReferenceEquals(other, Resource) && Relation(Resource, other) is not null)
        {
            throw item.Stranger(Resource.Noun,
                $"To remove all {Resource.PluralName} that belong to it, list them first: Get-Sark{other.Noun} ... | "
                    + $"Get-Sark{Resource.Noun} | Remove-Sark{Resource.Noun}.");
        }
    }
}
