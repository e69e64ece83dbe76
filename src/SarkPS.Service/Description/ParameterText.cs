namespace SarkPS.Service.Description;

/// <summary>What a part of the address or of the query is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it is.</param>
internal sealed record ParameterText(string Name, string Text);

/// <summary>Says where routes are mapped what their parameters are.</summary>
internal static class ParameterTextRules
{
    /// <summary>What a part of its address or its query is.</summary>
    public static TBuilder Explains<TBuilder>(this TBuilder builder, string name, string text)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ParameterText(name, text));
}
