using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Does something with each thing that is named or piped in; the names are taken letter by letter.</summary>
/// <param name="noun">What is named.</param>
/// <param name="kinds">The kinds of things of ours that name one.</param>
/// <param name="properties">The properties of a row from elsewhere that do, the first that there is.</param>
public abstract class SarkNamedCommand(string noun, string[] kinds, params string[] properties) : SarkCmdlet
{
    /// <summary>What is piped in, taken for what it is: names, or objects that have one.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>The names that were typed.</summary>
    private protected abstract string[] Names { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsRefused())
        {
            ForEachWish(Names, InputObject, wish => Process(wish.Item?.NameFor(noun, kinds, properties) ?? wish.Text));
        }
    }

    /// <summary>Does it with one of them.</summary>
    private protected abstract void Process(string name);
}
