using System.Management.Automation;
using System.Reflection;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// What New- and Set- do with the columns that they were given. The cmdlets of a resource share a base that declares its
/// parameters, so they cannot each have a base of their own for this.
/// </summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkChangeCommand<T> : SarkWriteCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    // What was given may be refused before anything is asked of the exchange, such as an option that no menu has: that too
    // is an error of one item.
    private protected void Create(string? key, PSObject? row) => Try(() =>
    {
        var changes = WithParameters(row is null ? new Changes() : FromRow(row, isCreate: true));
        key ??= row is null ? null : KeyOf(row);
        if (key is not null && !Resource.GeneratesKey)
        {
            changes[Resource.KeyColumn] = key;
        }

        var kind = ChooseKind(changes, row);
        var target = key ?? string.Join('/', new[] { Resource.KeyColumn, Resource.SecondKeyColumn }.OfType<string>().Select(c => changes[c]).OfType<object>().DefaultIfEmpty("(new)"));
        if (ShouldProcess(target, $"New {SarkText.Words(Resource.Noun)}"))
        {
            WriteObject(Resource.Materialize(Wait(token => Backend.Tables.CreateAsync(Resource, kind, changes, ChangeOptions.Default, token))));
        }
    });

    private protected void Change(string? key, PSObject? row) => Try(() =>
    {
        // A resource that was piped in only says which one is meant: its other values may be stale by now.
        var isOwn = row?.BaseObject is T;
        var changes = WithParameters(row is null || isOwn || row.BaseObject is string ? new Changes() : FromRow(row, isCreate: false));
        key ??= row is null ? null : KeyOf(row);
        if (key is null && !Resource.IsSingleton)
        {
            WriteError(SarkCmdlet.ToRecord(new SarkException(SarkErrorKind.BadRequest, Resource.Noun, row, $"What was piped in has no Key: it names no {SarkText.Words(Resource.Noun)}.")));
            return;
        }

        if (ShouldProcess(key ?? Resource.PluralName, $"Set {string.Join(", ", changes.Select(c => Resource.Find(c.Key)?.Property ?? c.Key))}"))
        {
            var stored = Wait(token => Backend.Tables.UpdateAsync(Resource, new RowKey(key ?? ""), changes, ChangeOptions.Default, token));
            if (MyInvocation.BoundParameters.TryGetValue("PassThru", out var passThru) && LanguagePrimitives.IsTrue(passThru))
            {
                WriteObject(Resource.Materialize(stored));
            }
        }
    });

    /// <summary>Which kind is made, where there are several.</summary>
    private protected virtual CreateKind? ChooseKind(Changes changes, PSObject? row) => null;
}

/// <summary>New- or Set- of a resource with a key; the verb of the cmdlet says which.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkKeyedCommand<T> : SarkChangeCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    private bool? isNew;

    /// <summary>The key of the row.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public virtual string? Key { get; set; }

    /// <summary>
    /// A row from elsewhere, such as a line of a CSV file: its properties may be named as ours or as SARK's columns, and
    /// parameters win over them. What Get- returned only says which row is meant when it is piped to Set-, and is copied
    /// when it is piped to New-.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (isNew ??= GetType().GetCustomAttribute<CmdletAttribute>(inherit: false)?.VerbName == VerbsCommon.New)
        {
            Create(Key, InputObject);
        }
        else
        {
            Change(Key, InputObject);
        }
    }
}
