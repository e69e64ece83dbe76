using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Lists the pairs of an extension and a class-of-service rule.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairGetCommand<T> : SarkListCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>Extensions to look for; * and ? stand for any letters. Without it, all pairs are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("IPphone_pkey")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Extension { get; set; }

    /// <summary>Rules to look for; * and ? stand for any letters.</summary>
    [Parameter(Position = 1)]
    [Alias("COS_pkey")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ResetFilters();
        Try(() => WriteRows(_ => true));
    }
}

/// <summary>Gives class-of-service rules to extensions.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairNewCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The extensions.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("IPphone_pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Extension { get; set; } = [];

    /// <summary>The rules.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("COS_pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Rule { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var extension in Extension)
        {
            foreach (var rule in Rule)
            {
                var key = new RowKey(extension, rule);
                if (ShouldProcess(key.ToString(), $"New {SarkText.Words(T.Descriptor.Noun)}"))
                {
                    var changes = new Changes { [T.Descriptor.KeyColumn] = extension, [T.Descriptor.SecondKeyColumn!] = rule };
                    Try(() => WriteObject(T.Descriptor.Materialize(Wait(token => Backend.Tables.CreateAsync(T.Descriptor, null, changes, ChangeOptions.Default, token)))));
                }
            }
        }
    }
}

/// <summary>Takes class-of-service rules from extensions.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairRemoveCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The extensions.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("IPphone_pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Extension { get; set; } = [];

    /// <summary>The rules; without it, all that the extension has.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("COS_pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var extension in Extension)
        {
            foreach (var rule in Rule ?? [null!])
            {
                var key = new RowKey(extension, rule);
                if (ShouldProcess(key.ToString(), $"Remove {SarkText.Words(T.Descriptor.Noun)}"))
                {
                    Try(() => RemoveReporting.Report(this, key, Wait(token => Backend.Tables.RemoveAsync(T.Descriptor, key, ChangeOptions.Default, token))));
                }
            }
        }
    }
}
