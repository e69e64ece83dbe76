namespace SarkPS.Remote;

/// <summary>What client and service tell each other beside the bodies.</summary>
public static class WireHeaders
{
    /// <summary>The preference header of RFC 7240.</summary>
    public const string Prefer = "Prefer";

    /// <summary>Answer a change with the row as it is stored now. (RFC 7240, section 4.2)</summary>
    public const string ReturnRepresentation = "return=representation";

    /// <summary>
    /// Refuse what cannot be written instead of ignoring it, and let a create write every column. (RFC 7240, section 4.4)
    /// </summary>
    public const string HandlingStrict = "handling=strict";

    /// <summary>The content type of problem details. (RFC 9457)</summary>
    public const string Problem = "application/problem+json";
}
