namespace SarkPS;

/// <summary>What is done with the rows of a file.</summary>
public enum ImportMode
{
    /// <summary>Each is made. One that is there already is an error.</summary>
    Create,

    /// <summary>Each is changed. One that is not there is an error.</summary>
    Update,

    /// <summary>Each is changed where it is there, and made where it is not.</summary>
    Upsert,
}

/// <summary>What was wrong with one cell.</summary>
/// <param name="Column">The heading of the cell; the column's name where the file has no such heading.</param>
/// <param name="Value">What stands in it; <c>***</c> of a secret.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Allowed">What is allowed; null where nothing short can be said.</param>
public sealed record ImportFault(string Column, string? Value, string Message, string? Allowed);

/// <summary>What became of one row of a file, or in a plan would become of it.</summary>
public sealed record ImportedRow
{
    /// <summary>The full path of the file.</summary>
    public required string File { get; init; }

    /// <summary>The line that the row begins in, from 1; of what follows from a row, such as a removal, the line of that.</summary>
    public required int Line { get; init; }

    /// <summary>What it is, such as <c>Extension</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Its key; of a key of two parts <c>first/second</c>. Null where it is not known.</summary>
    public string? Key { get; init; }

    /// <summary>What became of it.</summary>
    public required StepOutcome Outcome { get; init; }

    /// <summary>The heading of the first cell that was refused; null where none was.</summary>
    public string? Column => Faults is [var first, ..] ? first.Column : null;

    /// <summary>What stands in that cell.</summary>
    public string? Value => Faults is [var first, ..] ? first.Value : null;

    /// <summary>What is allowed there.</summary>
    public string? Allowed => Faults is [var first, ..] ? first.Allowed : null;

    /// <summary>Why it was refused, with all that was wrong; null where it was not.</summary>
    public string? Message { get; init; }

    /// <summary>All cells that were refused.</summary>
    public IReadOnlyList<ImportFault> Faults { get; init; } = [];

    /// <summary>What was changed of a row that was there, from what to what.</summary>
    public IReadOnlyList<ColumnChange> Changes { get; init; } = [];

    /// <summary>What is to be known of it, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>The failure; null where there was none.</summary>
    internal SarkException? Error { get; init; }

    /// <summary>The row as it stood in the file; null for what follows from one.</summary>
    internal SourceRow? Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Resource} {Key}: {Outcome}";
}
