using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/logs</c> and <c>/logs/cdrs</c>.</summary>
internal static class CallRecordRoutes
{
    public static void MapCallRecordRoutes(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About("logs", "The records of calls.")
            .Explains("limit", "How many of the newest records at most.")
            .Explains("after", "Only calls that began then or later, as 2026-01-31T12:00:00Z.")
            .Explains("before", "Only calls that began earlier.")
            .Explains("source", "Only calls from numbers that match; * and ? stand for any characters and for one.")
            .Explains("destination", "Only calls to numbers that match.")
            .Explains("disposition", "Only calls that ended so, such as ANSWERED.")
            .Explains("minimumduration", "Only calls that took so many seconds or more.");
        api.MapMethods(
            "logs",
            OperationAnswer.Reading,
            context => JsonAnswer.WriteAsync(context, new JsonObject { ["Log"] = "Master.csv" }))
            .Needs(ApiScopes.Read).WithName("getLog").WithSummary("Names the log of calls.")
            .AnswersJson("Its name.", Body.Json(("Log", Shape.Text)));
        foreach (var route in new[] { "logs/cdrs", "logs/cdrs/{limit}" })
        {
            api.MapMethods(route, OperationAnswer.Reading, ReadAsync).Needs(ApiScopes.Read)
                .Takes("limit", "after", "before", "source", "destination", "disposition", "minimumduration")
                .WithName(route.EndsWith('}') ? "listLastCallRecords" : "listCallRecords").WithSummary("Sends the records of calls.")
                .Answers(
                    new(
                        StatusCodes.Status200OK,
                        "The records, as CSV; as lines of JSON where those are accepted, and how many were left out in the last.",
                        new Body("text/plain"),
                        new Body(OperationJson.Lines, Shape.Any(Shape.Of<CallRecord>(), Shape.Of<CallRecordStatistics>())))
                    {
                        Headers = [WireHeaders.RowsMatched, WireHeaders.RowsSkipped],
                    },
                    Answer.Unreadable,
                    Answer.Invalid,
                    Answer.Unsupported,
                    Answer.Unavailable);
        }
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var filter = CallRecordQuery.Read(
            name => name == "limit" && RawPath.Value(context, "limit") is { Length: > 0 } limit ? limit : context.Request.Query[name]);
        if (filter.Last is < 1)
        {
            throw new SarkValidationException("Cdr", filter.Last, "limit", "The limit must be at least 1.");
        }

        var calls = OperationAnswer.Backend(context).CallRecords;
        if (context.Request.Headers.Accept.Any(a => a?.Contains(OperationJson.Lines, StringComparison.OrdinalIgnoreCase) == true))
        {
            await WriteLinesAsync(context, calls, filter).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/plain;charset=UTF-8";
        context.Response.Headers.ContentDisposition = string.Create(
            CultureInfo.InvariantCulture,
            $"attachment; filename=Master.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.csv");
        await calls.WriteCsvAsync(filter, HttpMethods.IsHead(context.Request.Method) ? Stream.Null : context.Response.Body, counted =>
        {
            context.Response.Headers[WireHeaders.RowsMatched] = counted.Matched.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers[WireHeaders.RowsSkipped] = counted.Skipped.ToString(CultureInfo.InvariantCulture);
        }, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task WriteLinesAsync(HttpContext context, ICallRecordOperations calls, CallRecordFilter filter)
    {
        context.Response.ContentType = OperationJson.Lines;
        var statistics = new CallRecordStatistics();
        await foreach (var record in calls.ReadAsync(filter, statistics, context.RequestAborted).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(context.Response.BodyWriter, record, OperationJson.Options, context.RequestAborted)
                .ConfigureAwait(false);
            await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
        }

        await JsonSerializer.SerializeAsync(context.Response.BodyWriter, statistics, OperationJson.Options, context.RequestAborted)
            .ConfigureAwait(false);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
