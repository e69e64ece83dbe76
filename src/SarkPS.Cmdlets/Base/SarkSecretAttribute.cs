using System.Management.Automation;
using System.Net;
using System.Security;

namespace SarkPS.Cmdlets;

/// <summary>
/// Lets a parameter that is a password take a SecureString, or a PSCredential for its password, besides a text. PowerShell
/// itself would make the text "System.Security.SecureString" of one.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SarkSecretAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Reveal(inputData);

    /// <summary>The text of a secret; what is no secret stays what it is.</summary>
    internal static object? Reveal(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        SecureString secret => new NetworkCredential("", secret).Password,
        PSCredential credential => credential.GetNetworkCredential().Password,
        _ => value,
    };
}
