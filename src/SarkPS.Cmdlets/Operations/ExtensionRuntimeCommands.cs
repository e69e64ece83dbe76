using System.Globalization;
using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary>The base of cmdlets about what the user of a telephone has set from it.</summary>
public abstract class ExtensionRuntimeCommand : SarkCmdlet
{
    /// <summary>The extension.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Key { get; set; } = [];

    // Asterisk's database takes any key. The service looks up the extension itself.
    private protected void RequireExtension(string key)
    {
        if (!Backend.IsRemote)
        {
            Wait(token => Backend.Tables.GetAsync(Extension.Descriptor, new RowKey(key), token));
        }
    }
}

/// <summary><c>Get-SarkExtensionRuntime</c>: call forwarding and ring delay as the user of the telephone has set them.</summary>
[Cmdlet(VerbsCommon.Get, "SarkExtensionRuntime")]
[OutputType(typeof(ExtensionRuntime))]
public sealed class GetSarkExtensionRuntimeCommand : ExtensionRuntimeCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var key in Key)
        {
            Try(() =>
            {
                RequireExtension(key);
                WriteObject(Wait(token => Backend.Asterisk.GetRuntimeAsync(key, token)));
            });
        }
    }
}

/// <summary><c>Set-SarkExtensionRuntime</c>: changes call forwarding and ring delay; what is not named stays, <c>$null</c> clears.</summary>
[Cmdlet(VerbsCommon.Set, "SarkExtensionRuntime", SupportsShouldProcess = true)]
[OutputType(typeof(ExtensionRuntime))]
public sealed class SetSarkExtensionRuntimeCommand : ExtensionRuntimeCommand
{
    /// <summary>Where every call goes: digits, with + before them if need be. <c>$null</c> ends it.</summary>
    [Parameter]
    [Alias(ExtensionRuntime.ForwardAllFamily)]
    [AllowNull]
    [AllowEmptyString]
    public string? ForwardAll { get; set; }

    /// <summary>Where calls go while the telephone is busy: digits, with + before them if need be. <c>$null</c> ends it.</summary>
    [Parameter]
    [Alias(ExtensionRuntime.ForwardBusyFamily)]
    [AllowNull]
    [AllowEmptyString]
    public string? ForwardBusy { get; set; }

    /// <summary>How many seconds it rings before the next destination takes over. <c>$null</c> gives back the default.</summary>
    [Parameter]
    [AllowNull]
    public int? RingDelay { get; set; }

    /// <summary>Emit the values as they are now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var changes = new Dictionary<string, string?>();
        Add(nameof(ForwardAll), ExtensionRuntime.ForwardAllFamily, ForwardAll);
        Add(nameof(ForwardBusy), ExtensionRuntime.ForwardBusyFamily, ForwardBusy);
        Add(nameof(RingDelay), ExtensionRuntime.RingDelayFamily, RingDelay?.ToString(CultureInfo.InvariantCulture));
        foreach (var key in Key)
        {
            if (!Reaches(backend => backend.Asterisk) || !ShouldProcess(key, "Set " + string.Join(", ", changes.Select(c => $"{c.Key} to '{c.Value}'"))))
            {
                continue;
            }

            Try(() =>
            {
                RequireExtension(key);
                Wait(token => Backend.Asterisk.SetRuntimeAsync(key, new(changes), token));
                if (PassThru)
                {
                    WriteObject(Wait(token => Backend.Asterisk.GetRuntimeAsync(key, token)));
                }
            });
        }

        void Add(string parameter, string family, string? value)
        {
            if (MyInvocation.BoundParameters.ContainsKey(parameter))
            {
                changes[family] = string.IsNullOrEmpty(value) ? null : value;
            }
        }
    }
}
