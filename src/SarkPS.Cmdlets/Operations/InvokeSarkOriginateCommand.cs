using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Invoke-SarkOriginate</c>: rings an extension and, once it is answered, calls a number for it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SarkOriginate", SupportsShouldProcess = true)]
[OutputType(typeof(OriginateResult))]
public sealed class InvokeSarkOriginateCommand : SarkCmdlet
{
    /// <summary>The caller's extension: its telephone rings first.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Key", "pkey")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [ValidateNotNullOrEmpty]
    public string Caller { get; set; } = "";

    /// <summary>The number to call then: digits.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Target { get; set; } = "";

    /// <summary>The dial plan context in which it is called; <c>internal</c> unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Context { get; set; } = "internal";

    /// <summary>The number that both telephones show: digits. The caller's extension unless given.</summary>
    [Parameter]
    [Alias("clid")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? CallerId { get; set; }

    /// <summary>How long the caller's telephone may ring; a number is seconds. 30 seconds unless given.</summary>
    [Parameter]
    [Seconds]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public TimeSpan RingTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait until the caller has answered, or will not, and tell which.</summary>
    [Parameter]
    public new SwitchParameter Wait { get; set; }

    /// <summary>What is piped in: extensions that call, or rows with a Caller and a Target.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsPiped)
        {
            Try(Call);
            return;
        }

        // Its properties are bound to the parameters; what is left is whether it is one that may say them.
        ForEachWish(null, InputObject, wish =>
        {
            if (wish.Item!.Kind is not (null or nameof(Extension)))
            {
                throw wish.Item.Stranger(nameof(Extension));
            }

            Call();
        });
    }

    private void Call()
    {
        Try(() =>
        {
            var asterisk = Backend.Asterisk;
            if (RingTime < TimeSpan.FromSeconds(1) || RingTime > TimeSpan.FromMinutes(10))
            {
                throw new SarkValidationException("Call", Target, "ringtime", "The ringtime must be between 1 and 600 seconds.");
            }

            if (Confirmed(Caller, $"Call {Target}"))
            {
                var request = new OriginateRequest(Caller, Target, Context, CallerId ?? Caller) { RingTime = RingTime, Wait = Wait };
                Emit(base.Wait(token => asterisk.OriginateAsync(request, token)));
            }
        });
    }
}
