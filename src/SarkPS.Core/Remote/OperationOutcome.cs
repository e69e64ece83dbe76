using System.Text.Json.Nodes;

namespace SarkPS.Remote;

/// <summary>
/// What became of an operation whose caller left. A client names its operation in a header, and asks for it afterwards
/// when it could not wait for the answer.
/// </summary>
/// <param name="State">How it stands.</param>
/// <param name="Result">Its result, when it is complete.</param>
/// <param name="Message">Why it failed, when it has.</param>
public sealed record OperationOutcome(OperationState State, JsonNode? Result, string? Message)
{
    /// <summary>The request header that names an operation, by a UUID that the client makes up.</summary>
    public const string Header = "Sark-Operation";

    /// <summary>Where it is asked for, below <c>/api/</c> and before the name.</summary>
    public const string Route = "operations";
}

/// <summary>How an operation stands.</summary>
public enum OperationState
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Completed,

    /// <summary>It was stopped in time; nothing was changed.</summary>
    Undone,

    /// <summary>It failed.</summary>
    Failed,
}
