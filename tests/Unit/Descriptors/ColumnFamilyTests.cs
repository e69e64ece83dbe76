using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Tests.Columns;

/// <summary>Columns that a table numbers, as one statement of a descriptor and one collection of a record.</summary>
public sealed class ColumnFamilyTests
{
    private static readonly ColumnFamily Lamps = Panel.Descriptor.Families.Single();

    [Fact]
    public void Each_kind_of_column_stands_in_the_order_of_judgement() =>
        Assert.Equal(
            ["lit0", "lit1", "lit2", "pkey", "lamp0", "lamp1", "lamp2", "class0", "class1", "class2"],
            Panel.Descriptor.Columns.Select(c => c.Name));

    [Fact]
    public void What_is_said_of_a_kind_holds_for_every_number()
    {
        Assert.All(
            Panel.Descriptor.Columns.Where(c => c.Name.StartsWith("lamp", StringComparison.Ordinal)),
            c => Assert.Equal("off", c.Default));
        Assert.Equal("class2", Panel.Descriptor.Find("lamp2")!.Destination!.RouteClassColumn);
        Assert.All(["class0", "class1", "class2"], c => Assert.Contains(c, Panel.Descriptor.Hidden));
    }

    [Fact]
    public void A_column_is_called_by_its_element_and_found_in_it()
    {
        var row = new SarkRow(new RowShape(["pkey", "lamp1", "lit1"]), ["hall", "red", "1"]);
        var panel = Panel.Descriptor.Materialize(row);
        Assert.Equal(("red", 1), (panel.Lamps[1].Colour, panel.Lamps[1].Lit));
        Assert.Equal(("Lamp1", "Lit1", "Lamps[1].Colour"), (Panel.Descriptor.Find("lamp1")!.Property, Panel.Descriptor.Find("lit1")!
            .Property, Panel.Descriptor.Find("lamp1")!.Place!.ToString()));
        Assert.Equal(1, Panel.Descriptor.Find("lit1")!.ValueIn(panel));
        Assert.Null(Panel.Descriptor.Find("lamp2")!.ValueIn(panel));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2", 2)]
    [InlineData("last", 2)]
    [InlineData("3", -1)]
    [InlineData("first", -1)]
    public void An_element_is_named_by_its_number_or_its_name(string key, int number) => Assert.Equal(number, Lamps.NumberOf(key));

    [Fact]
    public void It_says_what_there_is()
    {
        Assert.Equal(("0 to 1, and last or 2", "Lamp"), (Lamps.Range, Lamps.Parameter));
        Assert.Equal(["Colour", "Lit"], Lamps.Members);
        Assert.Same(Lamps, Panel.Descriptor.FindFamily("lamp"));
        Assert.Same(Lamps, Panel.Descriptor.FindFamily("Lamps"));
    }

    public sealed record Lamp(int Number)
    {
        public string? Colour { get; init; }

        public int? Lit { get; init; }
    }

    public sealed class Panel : SarkRecord, ISarkResource<Panel>
    {
        public static ResourceDescriptor<Panel> Descriptor { get; } = new ResourceBuilder<Panel>("Panel", "panels", "panel")
            .Key()
            .Family<Lamp>(nameof(Lamps), nameof(Lamp.Colour), ["0", "1", "last"], lamp => lamp
                .Integer(nameof(Lamp.Lit), "lit").JudgedBefore("pkey")
                .Text(nameof(Lamp.Colour), "lamp", Rule.String).Default("off").Destination("class")
                .HiddenDefault("class", 0))
            .Build();

        public string? Key { get; init; }

        public IReadOnlyList<Lamp> Lamps { get; } = [new(0), new(1), new(2)];
    }
}
