using System.Text;

namespace SarkPS.Remote;

/// <summary>What client and service tell each other beside the bodies.</summary>
public static class WireHeaders
{
    /// <summary>The preference header of RFC 7240.</summary>
    public const string Prefer = "Prefer";

    /// <summary>Answer a change with the row as it is stored now. (RFC 7240, section 4.2)</summary>
    public const string ReturnRepresentation = "return=representation";

    /// <summary>
    /// Refuse what cannot be written instead of ignoring it, and let a create write every column. (RFC 7240, section 4.4)
    /// </summary>
    public const string HandlingStrict = "handling=strict";

    /// <summary>
    /// Judge a change and make nothing of it: the answer, or the error, is that of a real one. A service that does not know
    /// the preference would make the change, so it is sent only to one that says <see cref="DryRunMember"/>.
    /// </summary>
    public const string DryRun = "dry-run";

    /// <summary>Answer at once, with 202 and where the job is found that does the work. (RFC 7240, section 4.1)</summary>
    public const string RespondAsync = "respond-async";

    /// <summary>Where jobs are, below <c>/api/</c>.</summary>
    public const string Jobs = "jobs";

    /// <summary>Where tokens are made, listed and revoked, below <c>/api/</c>.</summary>
    public const string ApiTokens = "auth/tokens";

    /// <summary>Let a row name a destination of another tenant.</summary>
    public const string AllowOtherTenant = "allow-other-tenant";

    /// <summary>Why a change is made, for the history; written as <see cref="Notice"/> is.</summary>
    public const string ChangeReason = "X-Change-Reason";

    /// <summary>Says why a change is made; no header where that is not said.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Reason(string? reason) =>
        reason is null ? [] : [new(ChangeReason, ToNotice(reason))];

    /// <summary>
    /// The change set that a change was noted as; with it the change can be undone. Not there where nothing was changed.
    /// </summary>
    public const string ChangeSet = "X-Change-Set";

    /// <summary>
    /// The draft that a request is about: its rows are read and changed instead of the exchange's. A service that does not know the
    /// header would change the exchange, so it is sent only to one that says <see cref="DraftsMember"/>.
    /// </summary>
    public const string ChangeDraft = "X-Change-Draft";

    /// <summary>Where drafts are, below <c>/api/</c>.</summary>
    public const string Drafts = Changes + "/drafts";

    /// <summary>The member of the answer of <see cref="WhoAmI"/> that is true where the service keeps drafts.</summary>
    public const string DraftsMember = "drafts";

    /// <summary>
    /// Tells a request that is sent again, since its answer was lost, from another: what was done is answered again and not done
    /// twice. (draft-ietf-httpapi-idempotency-key-header-08)
    /// </summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Says <c>true</c> in an answer that was given before, and is given again.</summary>
    public const string IdempotentReplayed = "Idempotent-Replayed";

    /// <summary>Where change sets are sent, below <c>/api/</c>.</summary>
    public const string Batch = "batch";

    /// <summary>Where the history of changes is, below <c>/api/</c>.</summary>
    public const string Changes = "changes";

    /// <summary>The member of the answer of <see cref="WhoAmI"/> that is true where the service takes change sets.</summary>
    public const string ChangesMember = "changes";

    /// <summary>Which preferences an answer has followed. (RFC 7240, section 3)</summary>
    public const string PreferenceApplied = "Preference-Applied";

    /// <summary>Where a service says who asks and what it understands, below <c>/api/</c>.</summary>
    public const string WhoAmI = "auth/whoami";

    /// <summary>Where a service lists the rows that SARK cannot carry, below <c>/api/</c>.</summary>
    public const string ConfigurationFaults = "configuration/faults";

    /// <summary>The member of that answer that is true where the service rehearses changes.</summary>
    public const string DryRunMember = "dryRun";

    /// <summary>The member of the problem details of a commit that failed which holds what it did, a <see cref="CommitResult"/>.</summary>
    public const string CommitMember = "commit";

    /// <summary>How many rows there are in all of a list that was filtered, sorted or cut. Not there where none of that was understood.</summary>
    public const string TotalCount = "X-Total-Count";

    /// <summary>How many call records an answer in CSV holds.</summary>
    public const string RowsMatched = "X-Rows";

    /// <summary>How many rows of the call records were left out of an answer in CSV, since they are no whole call record.</summary>
    public const string RowsSkipped = "X-Rows-Skipped";

    /// <summary>
    /// What is to be known of a change that was made, one line of the header for each; letters beyond ASCII, control
    /// characters and percent signs as percent and two digits for each byte of UTF-8, see <see cref="FromNotice"/>.
    /// </summary>
    public const string Notice = "X-Notice";

    /// <summary>A notice as it stands in its header.</summary>
    public static string ToNotice(string text) =>
        string.Concat(
            Encoding.UTF8.GetBytes(text).Select(b => b is >= 0x20 and < 0x7F and not (byte)'%' ? ((char)b).ToString() : $"%{b:X2}"));

    /// <summary>A notice as its header holds it.</summary>
    public static string FromNotice(string value) => Uri.UnescapeDataString(value);

    /// <summary>The content type of problem details. (RFC 9457)</summary>
    public const string Problem = "application/problem+json";
}
