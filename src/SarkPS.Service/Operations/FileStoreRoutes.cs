using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary>The routes that all stores of files have: list, download, upload, delete.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
/// <param name="kind">The store.</param>
/// <param name="store">The store of an exchange.</param>
/// <param name="list">sark6api's body of the list.</param>
/// <param name="listShape">What that looks like.</param>
/// <param name="uploadTypes">The types in sark6api's message about a wrong upload.</param>
/// <param name="uploadPrefix">What stands before the name in sark6api's answer to an upload.</param>
/// <param name="read">The scope that reading takes.</param>
/// <param name="write">The scope that writing takes.</param>
internal sealed class FileStoreRoutes<TFile>(
    FileStoreKind<TFile> kind, Func<ISarkBackend, IFileStoreOperations<TFile>> store, Func<IReadOnlyList<TFile>, JsonNode> list,
    Shape listShape, string uploadTypes, string uploadPrefix, string read, string write)
    where TFile : StoredFile
{
    // Boundaries and headers of the form around the file.
    private const long FormOverhead = 64 * 1024;

    // sark6api has a body of its own for a greeting that is there already.
    private static readonly Answer Refused = Answer.Failure(
        StatusCodes.Status422UnprocessableEntity,
        "The file is missing, of another kind, or there already.",
        Shape.Any(Shapes.Errors, Shape.Object(("Message", Shape.Text))));

    // RFC 2046, section 5.1.1.
    private const int LongestBoundary = 70;

    /// <summary>Maps them.</summary>
    public void Map(RouteGroupBuilder api)
    {
        var (one, item) = (SarkText.Words(kind.Noun), kind.Route + "/{name}");
        api.Explains("name", $"The name of the file: {kind.NameForm}.");
        api.MapMethods(kind.Route, OperationAnswer.Reading, ListAsync).Needs(read)
            .WithName($"list{kind.Noun}s").WithSummary($"Lists the {kind.Route}.").AnswersJson(
                "Their names, and what is known of them.",
                Body.Json(listShape).Or(Shape.List(Shape.Of<TFile>())),
                Answer.Unsupported,
                Answer.Unavailable);
        api.MapPost(kind.Route, UploadAsync).Needs(write).Takes(QueryNames.Force)
            .WithName($"upload{kind.Noun}").WithSummary($"Stores a file as a {one}.").Reads(Body.Form(kind.UploadField))
            .AnswersJson(
                "Stored.",
                Body.Json(Shape.List(Shape.Text)).Or<TFile>(),
                Answer.Unreadable,
                Answer.Conflict,
                Answer.TooLarge,
                Refused,
                Answer.Unsupported,
                Answer.Unavailable);
        api.MapMethods(item, OperationAnswer.Reading, DownloadAsync).Needs(read)
            .WithName($"download{kind.Noun}").WithSummary($"Sends a {one}.").Answers(
                new(StatusCodes.Status200OK, "The file.", new Body(kind.MediaType)),
                Answer.Unreadable,
                Answer.NotFound,
                Answer.Unsupported,
                Answer.Unavailable);
        api.MapDelete(item, RemoveAsync).Needs(write).Takes(QueryNames.Force)
            .WithName($"remove{kind.Noun}").WithSummary($"Removes a {one}.").Answers(
                new(StatusCodes.Status204NoContent, "It is gone."),
                Answer.Unreadable,
                Answer.NotFound,
                Answer.Conflict,
                Answer.Unsupported,
                Answer.Unavailable);
    }

    /// <summary>What <see cref="SizesAndDates"/> looks like.</summary>
    public static readonly Shape SizesAndDatesShape =
        Shape.Map(Shape.Object(("filesize", Shape.Whole), ("date", Shape.Text.Saying("As RFC 2822 writes it."))));

    /// <summary>The list of snapshots and backups: sizes and dates by name.</summary>
    public static JsonNode SizesAndDates(IReadOnlyList<TFile> files)
    {
        var answer = new JsonObject();
        foreach (var file in files)
        {
            // RFC 2822, as PHP's date('r') writes it.
            answer[file.Name] = new JsonObject
            {
                ["filesize"] = file.Size,
                ["date"] = file.Date.ToLocalTime().ToString(
                "ddd, dd MMM yyyy HH:mm:ss zz",
                CultureInfo.InvariantCulture) + file.Date.ToLocalTime().Offset.ToString("mm", CultureInfo.InvariantCulture)
            };
        }

        return answer;
    }

    private async Task ListAsync(HttpContext context)
    {
        var files = await Store(context).ListAsync(context.RequestAborted).ConfigureAwait(false);
        await OperationAnswer.WriteAsync(context, files, list).ConfigureAwait(false);
    }

    private Task DownloadAsync(HttpContext context) => OperationAnswer.WithOriginalErrorsAsync(context, async () =>
    {
        var name = RawPath.Value(context, "name");
        var content = await Store(context).OpenAsync(name, context.RequestAborted).ConfigureAwait(false);
        context.Response.RegisterForDisposeAsync(content);
        context.Response.ContentType = Path.GetExtension(name) switch
        {
            ".mp3" => "audio/mpeg",
            ".gsm" => "audio/x-gsm",
            _ => kind
            .MediaType
        };
        context.Response.ContentLength = content.Length;
        // The name has passed the store's pattern, so it needs no quotes.
        context.Response.Headers.ContentDisposition = $"attachment; filename={name}";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }, error => NotFound(error, $"{SarkText.Words(kind.Noun)} file not found"));

    private Task RemoveAsync(HttpContext context)
    {
        var name = RawPath.Value(context, "name");
        return OperationAnswer.WithOriginalErrorsAsync(context, async () =>
        {
            await Store(context).RemoveAsync(name, ClientWish.Flag(context.Request, QueryNames.Force), context.RequestAborted)
                .ConfigureAwait(false);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }, error => NotFound(error, $"{name} not found in {kind.SetName}"));
    }

    private Task UploadAsync(HttpContext context) => OperationAnswer.WithOriginalErrorsAsync(context, async () =>
    {
        if (!context.Request.HasFormContentType || !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            var sent = await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
            throw NoFile(sent.Any(field => field.Key == kind.UploadField && field.Value is not null and not ""));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // The store counts for itself and says what is allowed; the server's own limit would only close the connection.
            size.MaxRequestBodySize = kind.Limit(context.RequestServices.GetRequiredService<SarkOptions>().Limits) + FormOverhead;
        }

        var reader = new MultipartReader(boundary, context.Request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part)
                    || HeaderUtilities.RemoveQuotes(part.Name).Value != kind.UploadField)
                {
                    continue;
                }

                // filename* is what clients add for names beyond ASCII, which no store has; the plain one decides.
                if (HeaderUtilities.RemoveQuotes(part.FileName).Value is not { } name)
                {
                    throw NoFile(sentOther: true);
                }

                var stored = await Store(context).ImportAsync(
                    name,
                    section.Body,
                    ClientWish.Flag(context.Request, QueryNames.Force),
                    context.RequestAborted).ConfigureAwait(false);
                await OperationAnswer.WriteAsync(context, stored, file => new JsonArray($"Uploaded {uploadPrefix}{file.Name}"))
                    .ConfigureAwait(false);
                return;
            }
        }
        catch (Exception error) when (error is InvalidDataException or FormatException
            || (error is IOException && error is not BadHttpRequestException))
        {
            throw new SarkException(SarkErrorKind.BadRequest, kind.Noun, null, "The form is cut short or not multipart/form-data.", error);
        }

        throw NoFile(sentOther: false);
    }, error => error is SarkConflictException && typeof(TFile) == typeof(Greeting)
        ? (StatusCodes.Status422UnprocessableEntity, new JsonObject { ["Message"] = "UserGreeting Already exists" })
        : null);

    private static (int, JsonNode)? NotFound(SarkException error, string message) =>
        error is SarkNotFoundException ? (StatusCodes.Status404NotFound, new JsonObject { ["Error"] = message }) : null;

    private SarkValidationException NoFile(bool sentOther) => new(kind.Noun, null,
        [new(kind.UploadField, sentOther
        ? [$"The {kind.UploadField} must be a file.", $"The {kind.UploadField} must be a file of type: {uploadTypes}."]
        : [$"The {kind.UploadField} field is required."])]);

    private IFileStoreOperations<TFile> Store(HttpContext context) => store(OperationAnswer.Backend(context));
}
