using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>What a step of a change set does.</summary>
public enum ChangeAction
{
    /// <summary>Makes a row. One that is there already is an error.</summary>
    Create,

    /// <summary>Changes the columns that are named. A row that is not there is an error.</summary>
    Update,

    /// <summary>Changes the row where it is there, and makes it where it is not.</summary>
    Upsert,

    /// <summary>Removes a row and what belongs to it.</summary>
    Remove,
}

/// <summary>One step of a change set: what is done to one row.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Resource">What the row is.</param>
public sealed record ChangeStep(ChangeAction Action, ResourceDescriptor Resource)
{
    /// <summary>
    /// Which row. Null for the settings, of which there is one row; for a create, whose columns say it; for an upsert of the
    /// same kind; and where <see cref="KeyOf"/> says it.
    /// </summary>
    public RowKey? Key { get; init; }

    /// <summary>The <see cref="Id"/> of an earlier step of the set, whose row is meant: its key was not known before.</summary>
    public string? KeyOf { get; init; }

    /// <summary>The columns that are written. One that is not there stays as it is, a null clears.</summary>
    public Changes Values { get; init; } = [];

    /// <summary>Which kind is made, where there are several.</summary>
    public CreateKind? Kind { get; init; }

    /// <summary>What later steps of the set call this one.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// The entity tags one of which the row must have, separated by commas; <c>*</c> for any; null where it may be in any state.
    /// </summary>
    public string? IfMatch { get; init; }

    /// <summary>The entity tags none of which the row may have; <c>*</c> where there may be no row.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>How it is done.</summary>
    public ChangeOptions Options { get; init; } = ChangeOptions.Default;

    /// <summary>Whether what cannot be written is refused instead of ignored, as sark6api ignores it.</summary>
    public bool IsStrict { get; init; } = true;
}

/// <summary>Who makes a change, and from where.</summary>
/// <param name="Actor">The name of the token, or the account of the machine.</param>
/// <param name="Address">The address that it came from; <see cref="LocalAddress"/> at the machine itself.</param>
/// <param name="Request">The id of the request; null at the machine itself.</param>
public sealed record ChangeOrigin(string Actor, string Address, string? Request = null)
{
    /// <summary>Stands for the machine itself.</summary>
    public const string LocalAddress = "local";

    /// <summary>The account that this process runs under, at this machine.</summary>
    public static ChangeOrigin Local { get; } = new(Environment.UserName, LocalAddress);
}

/// <summary>Who does something that is no change of rows, and why: for the history.</summary>
/// <param name="Origin">Who, and from where.</param>
/// <param name="Reason">Why; null for no reason given.</param>
public sealed record ChangeNote(ChangeOrigin Origin, string? Reason = null)
{
    /// <summary>The account that this process runs under, with no reason given.</summary>
    public static ChangeNote Local { get; } = new(ChangeOrigin.Local);
}

/// <summary>
/// Changes that belong together, in the order in which they are made. By default all of them are made or none; see
/// <c>docs/changes.md</c>.
/// </summary>
/// <param name="Steps">The steps.</param>
public sealed record ChangeSet(IReadOnlyList<ChangeStep> Steps)
{
    /// <summary>Whether a step that fails undoes all others. Else each step stands by itself.</summary>
    public bool IsAtomic { get; init; } = true;

    /// <summary>Why the changes are made, for the history; null for no reason given.</summary>
    public string? Reason { get; init; }

    /// <summary>The state that the exchange must be in, as a plan names it; null where it may be in any.</summary>
    public string? State { get; init; }

    /// <summary>Who makes them. Not on the wire: a service knows who asks it.</summary>
    public ChangeOrigin Origin { get; init; } = ChangeOrigin.Local;

    /// <summary>A set of one step.</summary>
    public static ChangeSet Of(ChangeStep step) => new([step]);
}

/// <summary>What became of a step, or in a plan would become of it.</summary>
public enum StepOutcome
{
    /// <summary>The row was made.</summary>
    Created,

    /// <summary>The row was changed.</summary>
    Updated,

    /// <summary>The row was like that already.</summary>
    Unchanged,

    /// <summary>The row was removed.</summary>
    Removed,

    /// <summary>It was refused; the error says why.</summary>
    Error,

    /// <summary>It would have been done, but another step of the set failed and so nothing was.</summary>
    Skipped,
}

/// <summary>A column, and its values before and after. A secret is told as <c>***</c>.</summary>
/// <param name="Column">The column.</param>
/// <param name="Before">What was stored; null for nothing.</param>
/// <param name="After">What is stored now; null for nothing.</param>
public sealed record ColumnChange(string Column, object? Before, object? After)
{
    /// <summary>As people read it, such as <c>chanmax: 30 -> 10</c>.</summary>
    public override string ToString() => $"{Column}: {Text(Before)} -> {Text(After)}";

    private static string Text(object? value) => value is null ? "(none)" : SarkText.Printable(Rules.PhpValue.Text(value));
}

/// <summary>What became of one step.</summary>
/// <param name="Index">Which step of the set, from 0.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Resource">What the row is.</param>
/// <param name="Key">Which row; null where its key was not even known.</param>
public sealed record StepResult(int Index, StepOutcome Outcome, ResourceDescriptor Resource, RowKey? Key)
{
    /// <summary>What was changed of the row, from what to what.</summary>
    public IReadOnlyList<ColumnChange> Changes { get; init; } = [];

    /// <summary>The row as it is stored now, without its hidden columns; null where there is none.</summary>
    public SarkRow? Stored { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public SarkException? Error { get; init; }

    /// <summary>What is to be known of it, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What names a row that was removed and now points nowhere.</summary>
    public IReadOnlyList<string> Orphans { get; init; } = [];
}

/// <summary>What became of a change set, or in a plan would become of it.</summary>
/// <param name="ChangeSet">Its id in the history; null where nothing was changed.</param>
/// <param name="IsApplied">Whether it was made: in a plan never, and not where an atomic set was refused.</param>
/// <param name="Steps">What became of each step, in their order.</param>
public sealed record ChangeResult(string? ChangeSet, bool IsApplied, IReadOnlyList<StepResult> Steps)
{
    /// <summary>The state of the exchange that a plan was made for; applying it can demand that state.</summary>
    public string? State { get; init; }

    /// <summary>Whether any step was refused.</summary>
    public bool HasErrors => Steps.Any(s => s.Outcome == StepOutcome.Error);
}
