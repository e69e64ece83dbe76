using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>Rules that columns of several resources share.</summary>
internal static class Forms
{
    /// <summary>Twelve hexadecimal digits.</summary>
    public static Rule MacAddress { get; } = Rule.Regex("^[0-9a-fA-F]{12}$", "twelve hexadecimal digits without separators");

    /// <summary>The name of a greeting, without the ending of its file.</summary>
    public static Rule Greeting { get; } = Rule.Regex("^usergreeting[0-9]{4}$", "usergreeting and four digits");

    /// <summary>Digits, with zeros at the beginning where there are some.</summary>
    public static Rule Digits { get; } = Rule.Regex("^[0-9]+$", "digits");

    // One direction alone is ours; the two as one word is what sark6api knows them by.
    private static readonly string[] RecordingWords = ["None", "OTR", "OTRR", "Inbound.Outbound", "Inbound", "Outbound", "Both"];

    /// <summary>Which calls are recorded.</summary>
    public static Rule Recording { get; } = Rule.In(RecordingWords);

    /// <summary>The same, or what the tenant says.</summary>
    public static Rule RecordingOrDefault { get; } = Rule.In(["default", .. RecordingWords]);
}
