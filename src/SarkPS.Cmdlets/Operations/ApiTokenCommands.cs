using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Tells which tokens of the exchange's service were made while it runs, and when they were used last.</summary>
[Cmdlet(VerbsCommon.Get, "SarkApiToken")]
[OutputType(typeof(ApiToken))]
public sealed class GetSarkApiTokenCommand : SarkCmdlet
{
    /// <summary>The names, wildcards allowed; all of them without it.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused() || (Name is null && IsPiped))
        {
            return;
        }

        Try(() =>
        {
            var tokens = Wait(token => Backend.Tokens.ListAsync(token));
            foreach (var name in Name ?? ["*"])
            {
                var pattern = WildcardPattern.Get(name ?? "", WildcardOptions.IgnoreCase);
                var found = tokens.Where(t => pattern.IsMatch(t.Name)).ToArray();
                if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                {
                    WriteError(Describe(new SarkNotFoundException(ApiToken.Noun, name)));
                }

                foreach (var one in found)
                {
                    Emit(one);
                }
            }
        });
    }
}

/// <summary>Makes a token for the exchange's service. It counts at once, and is shown this once.</summary>
[Cmdlet(VerbsCommon.New, "SarkApiToken", SupportsShouldProcess = true)]
[OutputType(typeof(CreatedApiToken))]
public sealed class NewSarkApiTokenCommand : SarkCmdlet
{
    /// <summary>Who it is for. It stands in the log and in the history of changes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Name { get; set; } = "";

    /// <summary>What it allows.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Scopes")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Scope { get; set; } = [ApiScopes.Read];

    /// <summary>The addresses and networks that it may be used from, such as <c>10.1.0.0/16</c>; any without it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Networks")]
    [AllowEmptyCollection]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Network { get; set; } = [];

    /// <summary>From when on it is refused; never without it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public DateTimeOffset? Expires { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() =>
    {
        var wish = new ApiTokenWish(Name) { Scopes = Scope, Networks = Network, Expires = Expires }.Judged(DateTimeOffset.UtcNow);
        if (Confirmed(wish.Name, $"Make an API token ({string.Join(' ', wish.Scopes)})"))
        {
            Emit(Wait(token => Backend.Tokens.CreateAsync(wish, token)));
        }
    });
}

/// <summary>Revokes tokens of the exchange's service. They are refused from the next request on.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkApiToken", DefaultParameterSetName = KeySet, SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkApiTokenCommand() : SarkNamedCommand(
    ApiToken.Noun,
    [nameof(ApiToken), nameof(CreatedApiToken)],
    nameof(ApiToken.Name))
{
    /// <summary>The names, letter by letter; their case does not matter.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Name { get; set; } = [];

    private protected override string[] Names => Name;

    private protected override void Process(string name)
    {
        var found = Wait(token => Backend.Tokens.ListAsync(token))
            .FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new SarkNotFoundException(ApiToken.Noun, name);
        if (Confirmed(found.Name, "Revoke the API token"))
        {
            Wait(token => Backend.Tokens.RemoveAsync(found.Name, token));
        }
    }
}
