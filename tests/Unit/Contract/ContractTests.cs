using SarkPS.Descriptors;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

/// <summary>
/// What every resource does, worked out from its descriptor. Each request goes to the database directly and to another
/// copy of it through the service; <see cref="TwoSides"/> compares what comes of it.
/// </summary>
public abstract class ContractTests
{
    /// <summary>Rows that a test makes for itself; lower numbers are those that others name.</summary>
    private protected const int Own = 11;

    private protected static (TwoSides Sides, Samples Samples, ResourceDescriptor Resource) Start(string noun, Schema schema)
    {
        var sides = new TwoSides(schema);
        return (sides, new Samples(sides.Create), SarkResources.Find(noun));
    }

    /// <summary>The ways to make a row; null is the only one of most resources.</summary>
    private protected static IReadOnlyList<CreateKind?> Kinds(ResourceDescriptor resource) => Samples.Kinds(resource);

    private protected static RowKey KeyOf(ResourceDescriptor resource, SarkRow row) =>
        new(row.Text(resource.KeyColumn) ?? "", resource.SecondKeyColumn is { } second ? row.Text(second) : null);

    private protected static async Task<(RowKey Key, SarkRow Row)> MakeAsync(
        TwoSides sides,
        Samples samples,
        ResourceDescriptor resource,
        int number = Own)
    {
        var kind = Kinds(resource)[0];
        var least = await samples.LeastAsync(resource, kind, number);
        if (resource.Noun == nameof(DayTimer))
        {
            // With hours of its own each day and month makes sense beside them.
            least["timespan"] = "17:30-08:30";
        }

        var row = await sides.Create(resource, kind, least);
        return (KeyOf(resource, row), row);
    }

    private protected static RowKey Missing(ResourceDescriptor resource) =>
        new(resource.GeneratesKey ? "9999" : "no such key", resource.SecondKeyColumn is null ? null : "none");

    private protected static void AssertOnly(string column, SarkValidationException error) =>
        Assert.Equal([column], error.Errors.Select(e => e.Key));
}
