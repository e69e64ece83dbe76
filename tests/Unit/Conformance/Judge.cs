using System.Text.Json.Nodes;

namespace SarkPS.Tests.Conformance;

/// <summary>Compares an answer and the rows that changed with what was recorded, or with what is intended instead.</summary>
internal static class Judge
{
    /// <summary>The ways in which an answer falls short; none where it is right.</summary>
    public static IReadOnlyList<string> Faults(Step step, JsonObject? intended, Answer answer, string rows)
    {
        var expected = (intended?["expect"] as JsonArray ?? []).Select(s => (int)s!).ToArray();
        if (intended is null || intended["or_recorded"] is not null)
        {
            var faults = AgainstRecording(step, answer, rows);
            if (faults.Count == 0 || intended is null || !expected.Contains(answer.Status))
            {
                return faults;
            }
        }

        var wrong = new List<string>();
        if (!expected.Contains(answer.Status))
        {
            wrong.Add($"status   {answer.Status}, expected {string.Join(" or ", expected)}: {Short(answer.Text)}");
        }
        else if (answer.IsForeign)
        {
            wrong.Add($"content  '{answer.ContentType}', expected JSON");
        }
        else if (answer.Status == 422 && (string?)intended["field"] is { } field && (answer.Json as JsonObject)?.ContainsKey(field) != true)
        {
            wrong.Add($"answer   has no error for '{field}': {Short(answer.Text)}");
        }
        else if (answer.Status < 300 && !Has(answer.Json, intended["has"]))
        {
            wrong.Add($"answer   lacks {Short(SpacedJson.Of(intended["has"]))}: {Short(answer.Text)}");
        }

        if (answer.Status >= 400 && rows.Length > 0)
        {
            wrong.Add($"rows     changed although refused: {Short(rows)}");
        }

        return wrong;
    }

    private static List<string> AgainstRecording(Step step, Answer answer, string rows)
    {
        var wrong = new List<string>();
        if (answer.Status != step.Status)
        {
            wrong.Add($"status   {answer.Status}, recorded {step.Status}: {Short(answer.Text)}");
        }

        var recorded = Pages.Answer(step);
        // Where the original broke, or a framework answered for it, only the status counts.
        var isStatusOnly = step.Recording["defect"] is not null || step.Status == 405
            || (recorded as JsonObject)?["Error"]?.ToString() == "<database message>";
        if (!isStatusOnly && step.Recording.ContainsKey("response"))
        {
            if (answer.IsForeign)
            {
                wrong.Add($"content  '{answer.ContentType}', recorded JSON");
            }

            // The bare 404 of the framework; any object will do.
            var isBare = recorded is JsonObject { Count: 1 } bare && bare["message"]?.ToString() == "" && answer.Json is JsonObject;
            if (!isBare && Recorded.Normal(answer.Json) != Recorded.Normal(recorded))
            {
                wrong.Add($"answer   {Short(Recorded.Normal(answer.Json))}");
                wrong.Add($"recorded {Short(Recorded.Normal(recorded))}");
            }
            else if (answer.Status == 422 && answer.Json is JsonObject mine && recorded is JsonObject theirs
                && !mine.Select(m => m.Key).SequenceEqual(theirs.Select(m => m.Key)))
            {
                wrong.Add($"fields   {string.Join(", ", mine.Select(m => m.Key))}, recorded in the order "
                    + $"{string.Join(", ", theirs.Select(m => m.Key))}");
            }
        }

        if (rows != step.Rows())
        {
            wrong.Add($"rows     {Short(rows)}");
            wrong.Add($"recorded {Short(step.Rows())}");
        }

        return wrong;
    }

    private static bool Has(JsonNode? answer, JsonNode? part) => part switch
    {
        null => true,
        JsonObject map => answer is JsonObject whole && map.All(m => whole.ContainsKey(m.Key) && Has(whole[m.Key], m.Value)),
        _ => Recorded.Normal(answer) == Recorded.Normal(part),
    };

    private static string Short(string text) => text.Length <= 600 ? text : text[..600] + " ...";
}
