using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Does something with each thing that is named or piped in; the names are taken letter by letter.</summary>
public abstract class SarkNamedCommand : SarkCmdlet
{
    /// <summary>The parameter set with names that were typed.</summary>
    internal const string KeySet = "Key";

    /// <summary>The parameter set with things that are piped in.</summary>
    internal const string InputSet = "InputObject";

    /// <summary>What is piped in, taken for what it is: names, or objects that have one.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>The names that were typed.</summary>
    private protected abstract string[] Names { get; }

    /// <summary>What is named.</summary>
    private protected abstract string Noun { get; }

    /// <summary>The kinds of things of ours that name one.</summary>
    private protected abstract string[] Kinds { get; }

    /// <summary>The properties of a row from elsewhere that do, the first that there is.</summary>
    private protected abstract string[] Properties { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsRefused())
        {
            ForEachWish(Names, InputObject, wish => Process(wish.Item?.NameFor(Noun, Kinds, Properties) ?? wish.Text));
        }
    }

    /// <summary>Does it with one of them.</summary>
    private protected abstract void Process(string name);
}
