using Microsoft.Extensions.Primitives;
using SarkPS.Remote;

namespace SarkPS.Service;

/// <summary>What a client asks for beside its request: preferences (RFC 7240) and the form of errors (RFC 9457).</summary>
internal static class ClientWish
{
    /// <summary>To be refused what cannot be written, instead of having it ignored.</summary>
    public static bool IsStrict(HttpRequest request) => Has(request.Headers[WireHeaders.Prefer], WireHeaders.HandlingStrict);

    /// <summary>The whole result instead of sark6api's body.</summary>
    public static bool WantsRepresentation(HttpRequest request) =>
        Has(request.Headers[WireHeaders.Prefer], WireHeaders.ReturnRepresentation);

    /// <summary>To be told what a change would do, and to have nothing changed.</summary>
    public static bool IsRehearsal(HttpRequest request) => Has(request.Headers[WireHeaders.Prefer], WireHeaders.DryRun);

    /// <summary>To be answered at once where the work takes long.</summary>
    public static bool RespondsAsync(HttpRequest request) => Has(request.Headers[WireHeaders.Prefer], WireHeaders.RespondAsync);

    /// <summary>To name a destination of another tenant.</summary>
    public static bool AllowsOtherTenant(HttpRequest request) => Has(request.Headers[WireHeaders.Prefer], WireHeaders.AllowOtherTenant);

    /// <summary>Why a change is made; null where that is not said.</summary>
    public static string? Reason(HttpRequest request) =>
        request.Headers[WireHeaders.ChangeReason] is [{ Length: > 0 } reason, ..] ? WireHeaders.FromNotice(reason) : null;

    /// <summary>Problem details instead of sark6api's bodies.</summary>
    public static bool WantsProblem(HttpRequest request) => Has(request.Headers.Accept, WireHeaders.Problem);

    /// <summary>A switch in the query: <c>?force=true</c>, <c>1</c>, <c>yes</c>, <c>on</c>, or its name alone.</summary>
    /// <exception cref="SarkException">It is neither on nor off.</exception>
    public static bool Flag(HttpRequest request, string name)
    {
        if (!request.QueryString.HasValue || !request.Query.TryGetValue(name, out var values))
        {
            return false;
        }

        var text = values is [.., { } last] ? last.Trim() : "";
        return text.Length == 0 || (ReadFlag(text)
            ?? throw new SarkException(
                SarkErrorKind.BadRequest,
                "Request",
                name,
                $"The parameter {name} is '{SarkText.Printable(text)}' and must be true or false."));
    }

    /// <summary>Whether a word says on or off; null where it says neither.</summary>
    public static bool? ReadFlag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => null,
    };

    private static bool Has(StringValues header, string wish)
    {
        foreach (var value in header)
        {
            if (value?.Contains(wish, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }
}
