using System.Collections;
using System.Globalization;
using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Spreads what is said of the elements of a collection over their columns.</summary>
internal static class FamilyValues
{
    /// <summary>The columns that a table of elements, or a list of some, names.</summary>
    /// <param name="resource">What has the collection.</param>
    /// <param name="family">Its columns.</param>
    /// <param name="given">
    /// By what people call an element, the value of its main column, or a table or an object with several; or elements, which
    /// say themselves which they are.
    /// </param>
    /// <exception cref="SarkException">It is no such thing, or names an element or a part of one that does not exist.</exception>
    public static IEnumerable<(Column Column, object? Value)> Spread(ResourceDescriptor resource, ColumnFamily family, object? given)
    {
        var table = ByKey(given) ?? throw new SarkException(
            SarkErrorKind.BadRequest, resource.Noun, given,
            $"'{given}' says no {SarkText.Words(family.Property)}; {Wanted(family)}. A file holds them as columns, as Export-SarkCsv "
                + "writes them.");
        foreach (DictionaryEntry element in table)
        {
            var key = Name(element.Key);
            var number = family.NumberOf(key);
            if (number < 0)
            {
                throw Wrong(key, $"There is no {Word(family)} '{key}'; there are {family.Range}.");
            }

            if (Parts(family, element.Value) is not { } parts)
            {
                yield return (resource.Find(family.ColumnOf(family.Main, number)!)!, element.Value);
                continue;
            }

            foreach (var (member, value) in parts.DefaultIfEmpty())
            {
                yield return family.ColumnOf(member ?? "", number) is { } column
                    ? (resource.Find(column)!, value)
                    : throw Wrong(number,
                        $"{family.Parameter} {key} {(member is null ? "is a table of nothing" : $"has no '{member}'")}; it takes "
                            + $"{SarkText.Listed([.. family.Members])}.");
            }
        }

        SarkValidationException Wrong(object key, string message) => new(resource.Noun, null, family.ColumnOf(family.Main, key)!, message);
    }

    /// <summary>What is wanted of who gave nothing.</summary>
    public static string Wanted(ColumnFamily family) =>
        $"give a table such as @{{ 1 = '501'; '{family.Keys[^1]}' = $null }}, where a null clears one";

    /// <summary>What one element is called in a sentence.</summary>
    public static string Word(ColumnFamily family) => SarkText.Words(family.Parameter);

    /// <summary>A table by what elements are called: what was given as one, or elements by their numbers. Null for anything else.</summary>
    public static IDictionary? ByKey(object? given)
    {
        if (Bare(given) is IDictionary table)
        {
            return table;
        }

        if (Bare(given) is null or string or ScriptBlock)
        {
            return null;
        }

        var elements = new Dictionary<int, object>();
        foreach (var element in LanguagePrimitives.GetEnumerable(given)?.Cast<object?>() ?? [given])
        {
            if (element is null || PSObject.AsPSObject(element).Properties[ColumnFamily.NumberProperty]?.Value is not { } said
                || !LanguagePrimitives.TryConvertTo<int>(said, out var number))
            {
                return null;
            }

            elements[number] = element;
        }

        return elements;
    }

    // An element of another row, or of one that was kept in a file meanwhile, brings all that it has there.
    private static IEnumerable<(string? Member, object? Value)>? Parts(ColumnFamily family, object? value) => (Bare(value) switch
    {
        IDictionary table => table.Cast<DictionaryEntry>().Select(e => ((string?)Name(e.Key), e.Value)),
        { } element when element is PSCustomObject || family.ElementType.IsInstanceOfType(element) => PSObject.AsPSObject(value!).Properties
            .Select(p => ((string?)p.Name, (object?)p.Value)),
        _ => null,
    })?.Where(p => p.Item1 != ColumnFamily.NumberProperty && !ResourceValues.IsCarried(p.Item1!));

    private static object? Bare(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string Name(object key) => Convert.ToString(key, CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Lets a parameter for the elements of a collection also take elements, so that old ones can be put back.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SarkElementsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => FamilyValues.ByKey(inputData) ?? inputData;
}
