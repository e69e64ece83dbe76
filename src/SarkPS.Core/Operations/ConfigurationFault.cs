namespace SarkPS;

/// <summary>What SARK or Asterisk does with a row that is not as they can carry it.</summary>
public enum FaultKind
{
    /// <summary>SARK's dump and reload of the database, which each upgrade of its package does, loses the rows of every customer.</summary>
    LosesRows,

    /// <summary>A value spills into another field, line or section of the generated configuration, or is cut off, or is one
    /// that SARK's programs break off at.</summary>
    Value,

    /// <summary>Two rows, or a row and SARK itself, become one context, extension or section.</summary>
    Collision,

    /// <summary>Calls are led in a circle, or SARK's generator never ends.</summary>
    Loop,

    /// <summary>Something that is named is not there.</summary>
    Missing,
}

/// <summary>A row of the database that SARK's own programs cannot carry as it is.</summary>
public sealed class ConfigurationFault
{
    /// <summary>What becomes of it.</summary>
    public FaultKind Kind { get; init; }

    /// <summary>The kind of row: the noun of a resource, or the table where it is none.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The key of the row.</summary>
    public string? Key { get; init; }

    /// <summary>The tenant that the row belongs to; null where rows of its kind belong to none.</summary>
    public string? Tenant { get; init; }

    /// <summary>The property, or the column where there is no property.</summary>
    public string Property { get; init; } = "";

    /// <summary>The column.</summary>
    public string Column { get; init; } = "";

    /// <summary>The value, at most 80 letters of it; null where it is a secret.</summary>
    public string? Value { get; init; }

    /// <summary>What is wrong with it, and what comes of that, as a sentence.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The row and the property.</summary>
    public override string ToString() => $"{Resource} {Key} ({Property})";
}
