using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;

namespace SarkPS.Service.Description;

/// <summary>What bodies look like that several routes send.</summary>
internal static class Shapes
{
    /// <summary>A sentence.</summary>
    public static readonly Shape Message = Shape.Object(("message", Shape.Text)).Named(nameof(Message));

    /// <summary>Messages by field.</summary>
    public static readonly Shape Errors = Shape.Map(Shape.List(Shape.Text)).Saying("Messages by field.").Named(nameof(Errors));

    /// <summary>Why something cannot be found.</summary>
    public static readonly Shape NotFound = Shape.Object(("reason?", Shape.Text), ("Error?", Shape.Text), ("message?", Shape.Text))
        .Saying("Why it cannot be found, by the name that sark6api has for it there.").Named(nameof(NotFound));

    /// <summary>What is in the way.</summary>
    public static readonly Shape Conflict = Shape.Any(
        Shape.List(Shape.Text),
        Shape.Object(("Error", Shape.Text), ("message", Shape.Text), ("dependants", Shape.List(Shape.Text))))
        .Saying("What is in the way: a sentence in a list, or with what names the row.").Named(nameof(Conflict));

    /// <summary>A failure as problem details.</summary>
    public static readonly Shape Problem = Shape.Object(
        ("type", Shape.Text),
        ("title", Shape.Text),
        ("status", Shape.Whole),
        ("detail", Shape.Text),
        ("kind", Shape.Word(Enum.GetNames<SarkErrorKind>())),
        ("noun", Shape.Text.OrNull()),
        ("target", Shape.Text.OrNull()),
        ("errors?", Errors),
        ("dependants?", Shape.List(Shape.Text)),
        (WireHeaders.CommitMember + "?", new Shape(components => Shape.Of<CommitResult>().Write(components))))
        .Saying("A failure as RFC 9457 has it, with all that is known.").Named(nameof(Problem));

    private static readonly Shape AnyRow = Shape.Map(Shape.Anything).Saying("Columns and values.");

    /// <summary>A row as the history keeps it.</summary>
    public static readonly Shape Change = Shape.Object(
        ("seq?", Shape.Whole.Saying("Its number in the journal.")),
        ("changeSet?", Shape.Text.Saying("The set that it is part of.")),
        ("time", Shape.Time.OrNull().Saying("When; null for changes from outside.")),
        ("cause", Words<ChangeCause>()),
        ("actor", Shape.Text.OrNull()),
        ("address", Shape.Text.OrNull()),
        ("request?", Shape.Text),
        ("reason", Shape.Text.OrNull()),
        ("undoes?", Shape.Text.Saying("The set that it turns round.")),
        ("beforeRestore?", Shape.Truth.Saying("Whether the database was replaced since.")),
        ("resource", Shape.Text.OrNull().Saying("As in an address.")),
        ("table", Shape.Text.OrNull()),
        ("key", Shape.Text.OrNull()),
        ("action", Words<RowAction>()),
        ("before", AnyRow.OrNull()),
        ("after", AnyRow.OrNull())).Saying("What became of a row, or a commit, or a restore.").Named("Change");

    /// <summary>A part of the history.</summary>
    public static readonly Shape Changes = Shape.Object(
        ("changes", Shape.List(Change)),
        ("next", Shape.Whole.OrNull().Saying("What to ask for as 'before' to go on; null at the end."))).Named("ChangePage");

    private static readonly Shape Key = Shape.Any(Shape.Text, Shape.List(Shape.Text)).Saying("The key; both parts of a pair.");

    private static readonly Shape StepResult = Shape.Object(
        ("index", Shape.Whole),
        ("result", Words<StepOutcome>()),
        ("key?", Key),
        ("changes?", Shape.Map(Shape.List(Shape.Anything)).Saying("The value before and after, by column.")),
        ("errors?", Errors),
        ("problem?", Problem),
        ("notices?", Shape.List(Shape.Text)),
        ("orphans?", Shape.List(Shape.Text)),
        ("row?", AnyRow),
        ("resource?", Shape.Text.Saying("As in an address; of the steps of a draft."))).Named("ChangeStepResult");

    /// <summary>What became of a set.</summary>
    public static readonly Shape ChangeResult = Shape.Object(
        ("changeSet?", Shape.Text.Saying("What undoes it; not there where nothing was changed.")),
        ("applied", Shape.Truth.Saying("Whether anything was changed.")),
        ("state?", Shape.Text.Saying("The state of the database that a plan was made for.")),
        ("steps", Shape.List(StepResult))).Named(nameof(ChangeResult));

    /// <summary>A set as it is sent.</summary>
    public static readonly Shape ChangeSet = new(ReadChangeSet, nameof(ChangeSet));

    /// <summary>What a message of Asterisk looks like.</summary>
    public static readonly Shape AsteriskMessage = Shape.Map(Shape.Any(Shape.Text, Shape.List(Shape.Text)))
        .Saying("The fields of a message of Asterisk; a list where one comes several times.").Named(nameof(AsteriskMessage));

    /// <summary>What a program did.</summary>
    public static readonly Shape Command = Shape.Object(
        ("message", Shape.Text),
        ("exitcode", Shape.Whole),
        ("output", Shape.List(Shape.Text))).Named(nameof(Command));

    private static Shape Words<T>()
        where T : struct, Enum => Shape.Word([.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)]);

    // docs/changes.schema.json lies inside this assembly: it is the one place of these words.
    private static JsonObject ReadChangeSet(Components components)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("changes.schema.json")!;
        var schema = JsonNode.Parse(stream)!.AsObject();
        var step = schema["$defs"]!["step"]!.DeepClone();
        schema.Remove("$schema");
        schema.Remove("$defs");
        schema["properties"]!["steps"]!["items"] = components.Reference("ChangeStep", () => step);
        return schema;
    }
}
