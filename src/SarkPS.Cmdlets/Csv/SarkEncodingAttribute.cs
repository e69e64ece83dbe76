using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace SarkPS.Cmdlets;

/// <summary>
/// Lets a parameter that is an encoding take its name or the number of a code page, as the engine's own cmdlets do:
/// utf8, unicode, latin1, ansi, oem, windows-1252, 1252.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SarkEncodingAttribute : ArgumentTransformationAttribute
{
    private static readonly Dictionary<string, Func<Encoding>> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["utf8"] = () => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        ["utf8BOM"] = () => Encoding.UTF8,
        ["utf8NoBOM"] = () => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        ["unicode"] = () => Encoding.Unicode,
        ["bigendianunicode"] = () => Encoding.BigEndianUnicode,
        ["utf32"] = () => Encoding.UTF32,
        ["ascii"] = () => Encoding.ASCII,
        ["latin1"] = () => Encoding.Latin1,
        ["ansi"] = () => Page(CultureInfo.CurrentCulture.TextInfo.ANSICodePage),
        ["oem"] = () => Page(CultureInfo.CurrentCulture.TextInfo.OEMCodePage),
        ["windows-1252"] = () => Page(1252),
    };

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                int page => Page(page),
                string name when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var page) => Page(page),
                string name => Names.TryGetValue(name, out var make)
                ? make()
                : CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name),
                _ => value,
            };
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new ArgumentTransformationMetadataException($"'{value}' is no encoding; allowed are {string.Join(", ", Names.Keys)}, "
                + "and the name or number of any code page, such as 1250.", error);
        }
    }

    private static Encoding Page(int number) => CodePagesEncodingProvider.Instance.GetEncoding(number) ?? Encoding.GetEncoding(number);

    /// <summary>Offers the names.</summary>
    internal sealed class Completer : IArgumentCompleter
    {
        /// <inheritdoc/>
        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName,
            string parameterName,
            string wordToComplete,
            CommandAst commandAst,
            IDictionary fakeBoundParameters) =>
            [.. Names.Keys.Where(n => n.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
                .Select(n => new CompletionResult(n))];
    }
}
