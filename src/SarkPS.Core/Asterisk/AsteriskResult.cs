namespace SarkPS.Ami;

/// <summary>Something that Asterisk told about itself. <see cref="GetRaw"/> has every field as it came.</summary>
/// <param name="raw">The fields.</param>
public abstract class AsteriskResult(AmiMessage raw)
{
    /// <summary>All fields as Asterisk sent them.</summary>
    // No public property, or everything that turns objects into text would write each value twice.
    internal AmiMessage Raw { get; } = raw;

    /// <summary>
    /// All fields as Asterisk sent them. At the prompt it is the hidden property <c>Raw</c>: <c>$x.Raw['Field']</c> gives one
    /// of them.
    /// </summary>
    public AmiMessage GetRaw() => Raw;
}
