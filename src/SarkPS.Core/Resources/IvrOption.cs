using System.Globalization;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>One of the twelve choices of a menu.</summary>
/// <param name="Number">0 to 9 for the digits, 10 for the star, 11 for the hash.</param>
/// <param name="Destination">Where it leads; null for nowhere.</param>
/// <param name="Tag">Text put before the name of callers who choose it.</param>
/// <param name="AlertInfo">Text of the Alert-Info header for calls that choose it.</param>
public sealed record IvrOption(int Number, string? Destination, string? Tag, string? AlertInfo)
{
    /// <summary>How many a menu has.</summary>
    public const int Count = 12;

    /// <summary>The key on the telephone and where it leads.</summary>
    public override string ToString() => $"{Number switch { 10 => "*", 11 => "#", _ => Number.ToString(CultureInfo.InvariantCulture) }}={Destination}";
}

public sealed partial class Ivr
{
    private IvrOption[]? options;

    /// <summary>
    /// The twelve options in order, so that <c>$ivr.Options[1].Destination</c> is where option 1 leads. They are the same ones
    /// each time: what a script sets of one is a change of the menu.
    /// </summary>
    // An array, since PowerShell cannot index the type that the compiler would choose for an interface.
    public IReadOnlyList<IvrOption> Options => options ??= Enumerable.Range(0, IvrOption.Count).Select(n => new IvrOption(n, Read("option", n), Read("tag", n), Read("alert", n))).ToArray();

    /// <inheritdoc/>
    internal override IEnumerable<(string Column, string? Value)> Parts => (options ?? []).SelectMany(o => new[]
    {
        (Named("option", o.Number), o.Destination), (Named("tag", o.Number), o.Tag), (Named("alert", o.Number), o.AlertInfo),
    });

    private static string Named(string column, int number) => string.Create(CultureInfo.InvariantCulture, $"{column}{number}");

    private string? Read(string column, int number) =>
        Raw.TryGetValue(Named(column, number), out var value) && PhpValue.Text(value) is { Length: > 0 } text ? text : null;
}
