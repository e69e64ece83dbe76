using System.Text.Json.Nodes;

namespace SarkPS.Remote;

/// <summary>What a service says of itself and of who asks.</summary>
/// <param name="Version">The version of SarkPS that it is.</param>
/// <param name="Caller">The name of the token that it was asked with; null without one.</param>
/// <param name="Scopes">What the token allows.</param>
/// <param name="AnswersRehearsals">Whether it takes a rehearsal for what it is; one that does not would make the change.</param>
/// <param name="Coverage">How much of an exchange it serves.</param>
/// <param name="Parts">The parts of it beside the tables; null when it does not tell.</param>
/// <param name="Sark">The version of SARK that its database is of; null when it does not tell.</param>
/// <param name="TakesChanges">Whether it takes change sets and keeps a history.</param>
/// <param name="KeepsDrafts">Whether changes can be tried there before they are made.</param>
public sealed record ServiceIdentity(
    string Version, string? Caller, IReadOnlyList<string> Scopes, bool AnswersRehearsals, ExchangeCoverage Coverage,
    IReadOnlyCollection<ExchangePart>? Parts = null, SarkVersion? Sark = null, bool TakesChanges = false,
    bool KeepsDrafts = false)
{
    /// <summary>The member of the answer that names the parts.</summary>
    public const string PartsMember = "covers";

    /// <summary>The member of the answer that tells the coverage.</summary>
    public const string CoverageMember = "coverage";

    /// <summary>The member of the answer that tells the version of SARK.</summary>
    public const string SarkMember = "sark";

    /// <summary>What the service calls itself.</summary>
    public const string Product = "SarkPS";

    /// <summary>Whether it serves a part. One that serves a database, and does not say what else, serves nothing else.</summary>
    public bool Covers(ExchangePart part) => Parts?.Contains(part) ?? Coverage != ExchangeCoverage.Database;

    /// <summary>Reads the answer.</summary>
    /// <returns>Null when it is not that of SarkPS.</returns>
    internal static ServiceIdentity? Of(JsonNode? answer) =>
        answer is JsonObject who && who["product"]?.ToString() == Product
            ? new(
                who["version"]?.ToString() ?? "",
                who["name"]?.ToString(),
                [.. (who["scopes"] as JsonArray ?? []).Select(s => s?.ToString() ?? "")],
                who[WireHeaders.DryRunMember]?.GetValue<bool>() ?? false,
                Enum.TryParse<ExchangeCoverage>(who[CoverageMember]?.ToString(), out var coverage) ? coverage : ExchangeCoverage.Unknown,
                (who[PartsMember] as JsonArray)?.Select(
                    p => Enum.TryParse<ExchangePart>(p?.ToString(), out var part)
                        ? part
                        : (ExchangePart?)null).OfType<ExchangePart>().ToArray(),
                SarkVersion.Find(who[SarkMember]?.ToString()),
                who[WireHeaders.ChangesMember]?.GetValue<bool>() ?? false,
                who[WireHeaders.DraftsMember]?.GetValue<bool>() ?? false)
            : null;
}
