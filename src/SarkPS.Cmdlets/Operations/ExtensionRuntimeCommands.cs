using System.Globalization;
using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary>The base of cmdlets about what the user of a telephone has set from it.</summary>
public abstract class ExtensionRuntimeCommand() : SarkNamedCommand(
    nameof(Extension),
    [nameof(Extension), nameof(ExtensionRuntime)],
    "Key",
    "pkey")
{
    /// <summary>The extension.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Alias("pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Key { get; set; } = [];

    private protected override string[] Names => Key;

    // Asterisk's database takes any key. The service looks up the extension itself, when it is really asked.
    private protected void RequireExtension(string key)
    {
        if (!Backend.IsRemote || Rehearsal.IsOn)
        {
            Wait(token => Backend.Tables.GetAsync(Extension.Descriptor, new RowKey(key), token));
        }
    }
}

/// <summary><c>Get-SarkExtensionRuntime</c>: call forwarding and ring delay as the user of the telephone has set them.</summary>
[Cmdlet(VerbsCommon.Get, "SarkExtensionRuntime", DefaultParameterSetName = KeySet)]
[OutputType(typeof(ExtensionRuntime))]
public sealed class GetSarkExtensionRuntimeCommand : ExtensionRuntimeCommand
{
    private protected override void Process(string name)
    {
        RequireExtension(name);
        Emit(Wait(token => Backend.Asterisk.GetRuntimeAsync(name, token)));
    }
}

/// <summary>
/// <c>Set-SarkExtensionRuntime</c>: changes call forwarding and ring delay; what is not named stays, <c>$null</c> clears.
/// </summary>
[Cmdlet(VerbsCommon.Set, "SarkExtensionRuntime", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(ExtensionRuntime))]
public sealed class SetSarkExtensionRuntimeCommand : ExtensionRuntimeCommand
{
    /// <summary>Where every call goes: digits, with + before them if need be. <c>$null</c> ends it.</summary>
    [Parameter]
    [Alias(ExtensionRuntime.ForwardAllFamily)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? ForwardAll { get; set; }

    /// <summary>Where calls go while the telephone is busy: digits, with + before them if need be. <c>$null</c> ends it.</summary>
    [Parameter]
    [Alias(ExtensionRuntime.ForwardBusyFamily)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? ForwardBusy { get; set; }

    /// <summary>How many seconds it rings before the next destination takes over. <c>$null</c> gives back the default.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int? RingDelay { get; set; }

    /// <summary>Emit the values as they are now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(string name)
    {
        var changes = new Dictionary<string, string?>();
        Add(nameof(ForwardAll), ExtensionRuntime.ForwardAllFamily, ForwardAll);
        Add(nameof(ForwardBusy), ExtensionRuntime.ForwardBusyFamily, ForwardBusy);
        Add(nameof(RingDelay), ExtensionRuntime.RingDelayFamily, RingDelay?.ToString(CultureInfo.InvariantCulture));
        if (!Reaches(backend => backend.Asterisk))
        {
            return;
        }

        RequireExtension(name);
        if (!Confirmed(name, "Set " + string.Join(", ", changes.Select(c => $"{c.Key} to '{c.Value}'"))))
        {
            return;
        }

        Wait(token => Backend.Asterisk.SetRuntimeAsync(name, new(changes), token));
        if (PassThru)
        {
            Emit(Wait(token => Backend.Asterisk.GetRuntimeAsync(name, token)));
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
