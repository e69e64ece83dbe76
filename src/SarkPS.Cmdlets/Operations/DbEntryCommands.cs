using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary>The base of cmdlets about an entry of Asterisk's own database.</summary>
public abstract class DbEntryCommand : SarkCmdlet
{
    /// <summary>The family, such as <c>cfim</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Family { get; set; } = "";

    /// <summary>The key, such as an extension.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("pkey")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Key { get; set; } = "";

    /// <summary>
    /// What is piped in: entries as Get-SarkDbEntry gives them, extensions whose number is the key, or rows with a Family
    /// and a Key.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsPiped)
        {
            Try(Process);
            return;
        }

        // Its properties are bound to the parameters; what is left is whether it is one that may say them.
        ForEachWish(null, InputObject, wish =>
        {
            if (wish.Item!.Kind is not (null or nameof(DbEntry) or nameof(Extension) or nameof(ExtensionRuntime)))
            {
                throw wish.Item.Stranger(nameof(DbEntry));
            }

            Process();
        });
    }

    /// <summary>Does it with one entry.</summary>
    private protected abstract void Process();

    private protected string Target => $"{Family}/{Key}";
}

/// <summary><c>Get-SarkDbEntry</c>: the value of an entry of Asterisk's database.</summary>
[Cmdlet(VerbsCommon.Get, "SarkDbEntry")]
[OutputType(typeof(DbEntry))]
public sealed class GetSarkDbEntryCommand : DbEntryCommand
{
    private protected override void Process()
    {
        var value = Wait(token => Backend.Asterisk.GetDbAsync(Family, Key, token)) ?? throw new SarkNotFoundException("DbEntry", Target);
        Emit(new DbEntry(Family, Key, value));
    }
}

/// <summary><c>Set-SarkDbEntry</c>: sets an entry of Asterisk's database, or makes it.</summary>
[Cmdlet(VerbsCommon.Set, "SarkDbEntry", SupportsShouldProcess = true)]
[OutputType(typeof(DbEntry))]
public sealed class SetSarkDbEntryCommand : DbEntryCommand
{
    /// <summary>The value; may be empty.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Value { get; set; } = "";

    /// <summary>Emit the entry.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (Reaches(backend => backend.Asterisk) && Confirmed(Target, $"Set to '{Value}'"))
        {
            Wait(token => Backend.Asterisk.PutDbAsync(Family, Key, Value, token));
            if (PassThru)
            {
                Emit(new DbEntry(Family, Key, Value));
            }
        }
    }
}

/// <summary><c>Remove-SarkDbEntry</c>: removes an entry of Asterisk's database.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkDbEntry", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveSarkDbEntryCommand : DbEntryCommand
{
    private protected override void Process()
    {
        if (Reaches(backend => backend.Asterisk) && Confirmed(Target, "Remove")
            && !Wait(token => Backend.Asterisk.DeleteDbAsync(Family, Key, token)))
        {
            throw new SarkNotFoundException("DbEntry", Target);
        }
    }
}
