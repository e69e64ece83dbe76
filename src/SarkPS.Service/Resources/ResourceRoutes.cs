using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Rules;
using SarkPS.Service.Auth;
using SarkPS.Service.History;
using SarkPS.Service.Description;
using SarkPS.Service.Errors;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Resources;

/// <summary>The five verbs of every resource, mapped from its descriptor.</summary>
internal static class ResourceRoutes
{
    private static readonly Answer Removed = new(StatusCodes.Status204NoContent, "It is gone.");
    private static readonly Answer Orphans = new(
        StatusCodes.Status200OK,
        "It is gone, and these name it still.",
        Body.Json(Shape.Object(("orphans", Shape.List(Shape.Text))).Named(nameof(Orphans))));
    private static readonly Answer Protected = Answer.Failure(
        StatusCodes.Status409Conflict,
        "It is protected, or others name it; force=true removes it all the same.",
        Shapes.Conflict);

    /// <summary>Maps all resources.</summary>
    public static void MapResources(this IEndpointRouteBuilder api)
    {
        // Asked for once and not for each request, which would make a scope of services for it. Not kept while it fails: a
        // missing database can be put right.
        var tables = new Lazy<IJsonTables>(api.ServiceProvider.GetRequiredService<IJsonTables>, LazyThreadSafetyMode.PublicationOnly);
        foreach (var resource in SarkResources.All)
        {
            foreach (var route in resource.RouteAliases.Prepend(resource.Route))
            {
                api.MapResource(resource, route, tables);
            }
        }
    }

    private static void MapResource(this IEndpointRouteBuilder all, ResourceDescriptor resource, string route, Lazy<IJsonTables> tables)
    {
        var api = all.MapGroup("").About(resource.Route, Comments.OfType(resource.RecordType) ?? resource.PluralName).TakesDrafts();
        var isOther = route != resource.Route;
        if (isOther)
        {
            api.WithMetadata(new Spelling(resource.Route));
        }

        var handlers = new ResourceHandlers(resource, tables);
        var shapes = new RowShapes(resource);
        var (one, many) = (resource.Noun, Pascal(resource.Route));
        Answer found = new(StatusCodes.Status200OK, "Found.", Body.Json(shapes.Row)) { Headers = [HeaderTexts.ETag] };
        var done = found with { Description = "Done." };
        // Of a pair the second half stands in the query: without it all pairs of the first are meant, and so a slip in it
        // is not passed over.
        var second = resource.SecondKeyColumn;
        var names = new QueryNames(
            second is null ? [QueryNames.Force] : [second, QueryNames.Force],
            TakesNoOthers: second is not null,
            Rehearses: true);
        var update = Body.Json(shapes.Update).Such(shapes.UpdateExample());
        if (resource.IsSingleton)
        {
            api.MapMethods(route, OperationAnswer.Reading, handlers.GetAsync).Needs(ApiScopes.Read).ReadsHeaders(HeaderTexts.IfNoneMatch)
                .WithName(Id("get", many)).WithSummary($"Shows {resource.PluralName}.")
                .Answers(found, Answer.Unchanged, Answer.Unavailable);
            Changes(api.MapPut(route, handlers.UpdateAsync), HeaderTexts.IfMatch).WithMetadata(names)
                .WithName(Id("update", many)).WithSummary($"Changes {resource.PluralName}.").Reads(update)
                .Answers(done, Answer.Unreadable, Answer.Stale, Answer.Invalid, Answer.Unavailable);
            return;
        }

        var item = route + "/{key}";
        api.Explains("key", $"The key of the {SarkText.Words(one)}: its {resource.KeyColumn}.");
        if (second is not null)
        {
            api.Explains(second, $"The other half of the key: its {second}. Without it, all pairs of the first half are meant.");
            found = found with { Bodies = [Body.Json(Shape.Any(shapes.Row, Shape.List(shapes.Row)))] };
        }

        api.MapMethods(route, OperationAnswer.Reading, handlers.ListAsync).Needs(ApiScopes.Read).TakesList(handlers.List)
            .ReadsHeaders(HeaderTexts.IfNoneMatch).WithName(Id("list", many)).WithSummary($"Lists {resource.PluralName}.")
            .WithDescription("Of all rows, or of a part: those that parameters named as columns leave, sorted, cut, and in pages.").Answers(
                found with
                {
                    Bodies = [Body.Json(Shape.List(shapes.Listed))],
                    Headers = [.. found.Headers, HeaderTexts.Link, WireHeaders.TotalCount],
                },
                Answer.Unchanged,
                Answer.Invalid,
                Answer.Unavailable);
        api.MapMethods(item, OperationAnswer.Reading, handlers.GetAsync).Needs(ApiScopes.Read).ReadsHeaders(HeaderTexts.IfNoneMatch)
            .Takes(second is null ? [] : [second])
            .WithName(Id("get", one)).WithSummary($"Shows one of {resource.PluralName}.")
            .Answers(found, Answer.Unchanged, Answer.NotFound, Answer.Invalid, Answer.Unavailable);
        Changes(api.MapPut(item, handlers.UpdateAsync), HeaderTexts.IfMatch).WithMetadata(names)
            .WithName(Id("update", one)).WithSummary($"Changes one of {resource.PluralName}.").Reads(update)
            .Answers(done, Answer.Unreadable, Answer.NotFound, Answer.Conflict, Answer.Stale, Answer.Invalid, Answer.Unavailable);
        api.MapDelete(item, handlers.RemoveAsync).Needs(ApiScopes.Write).KeepsAnswers().ReadsHeaders(HeaderTexts.IfMatch)
            .WithMetadata(names).WithName(Id("remove", one)).WithSummary($"Removes a row of {resource.PluralName}.").Answers(
                Removed, Orphans, Answer.Unreadable, Answer.NotFound, Protected, Answer.Stale, Answer.Unavailable);
        if (resource.Kinds.Count == 0)
        {
            MapCreate(route, handlers.CreateAsync(null), null, "");
        }

        foreach (var kind in resource.Kinds)
        {
            MapCreate($"{route}/{kind.Route}", handlers.CreateAsync(kind), kind, "");
        }

        if (resource.CreatesAtItem)
        {
            MapCreate(item, handlers.CreateAtItemAsync, null, "AtKey");
        }

        void MapCreate(string at, RequestDelegate handler, CreateKind? kind, string suffix) =>
            Changes(api.MapPost(at, handler), HeaderTexts.IfNoneMatch).WithMetadata(names with { TakesNoOthers = false })
                .WithName(Id("create", kind?.Name + one + suffix)).WithSummary($"Makes one of {resource.PluralName}.")
                .Reads(Body.Json(shapes.Create(kind)).Such(shapes.CreateExample(kind)))
                .Answers(
                    new(StatusCodes.Status201Created, "Done.", Body.Json(shapes.Created))
                    {
                        Headers = [HeaderTexts.ETag, HeaderTexts.Location],
                    },
                    Answer.Unreadable,
                    Answer.Conflict,
                    Answer.Stale,
                    Answer.Invalid,
                    Answer.Unavailable);

        string Id(string verb, string what) => verb + what + (isOther ? "As" + Pascal(route) : "");

        static string Pascal(string word) => char.ToUpperInvariant(word[0]) + word[1..];

        static IEndpointConventionBuilder Changes(IEndpointConventionBuilder builder, string condition) =>
            builder.Needs(ApiScopes.Write).KeepsAnswers().ReadsHeaders(condition).Follows(
                WireHeaders.HandlingStrict,
                WireHeaders.ReturnRepresentation,
                WireHeaders.AllowOtherTenant);
    }

    /// <summary>What the verbs do, for one resource.</summary>
    private sealed class ResourceHandlers(ResourceDescriptor resource, Lazy<IJsonTables> tables)
    {
        public ListRequest List { get; } = new(resource);

        public async Task ListAsync(HttpContext context)
        {
            var rowsOf = Tables(context);
            var query = await List.ReadAsync(context, rowsOf).ConfigureAwait(false);
            using var rows = await rowsOf.ListJsonAsync(resource, query, context.RequestAborted).ConfigureAwait(false);
            ListRequest.Tell(context, rows);
            await JsonAnswer.WriteAsync(context, rows).ConfigureAwait(false);
        }

        public async Task GetAsync(HttpContext context)
        {
            var key = Key(context);
            using var row = await Tables(context).GetJsonAsync(resource, key, context.RequestAborted).ConfigureAwait(false);
            // An exception that is thrown costs more than the rest of the answer.
            await (row is null ? ErrorMiddleware.WriteAsync(context, resource.NotFound(key)) : JsonAnswer.WriteAsync(context, row))
                .ConfigureAwait(false);
        }

        private IJsonTables Tables(HttpContext context) => DraftMiddleware.Of(context)?.Json ?? tables.Value;

        public RequestDelegate CreateAsync(CreateKind? kind) => async context =>
            await CreateAsync(context, kind, await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false))
                .ConfigureAwait(false);

        // The address says the key, and a body that says it too means the same row.
        public async Task CreateAtItemAsync(HttpContext context)
        {
            var key = RawPath.Value(context, "key");
            var sent = await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
            if (sent.Has(resource.KeyColumn) && (sent[resource.KeyColumn] is not { } value || PhpValue.Text(value) != key))
            {
                throw new SarkValidationException(
                    resource.Noun, key, resource.KeyColumn,
                    $"The {RuleSet.Spell(resource.KeyColumn)} must be '{key}', as the address says, or be left out.");
            }

            sent[resource.KeyColumn] = key;
            await CreateAsync(context, null, sent).ConfigureAwait(false);
        }

        private Task CreateAsync(HttpContext context, CreateKind? kind, Changes sent)
        {
            var wantsRepresentation = ClientWish.WantsRepresentation(context.Request);
            return RunAsync(
                context,
                new ChangeStep(ChangeAction.Create, resource) { Kind = kind, Values = sent },
                written => Row(StatusCodes.Status201Created, written, wantsRepresentation).With(
                    "Location",
                    $"/api/{resource.Route}/{Uri.EscapeDataString(written.Key.First)}"
                        + (resource.SecondKeyColumn is { } second && written.Key.Second is { } value
                            ? $"?{second}={Uri.EscapeDataString(value)}"
                            : "")));
        }

        public async Task UpdateAsync(HttpContext context)
        {
            var key = Key(context);
            var sent = await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
            var wantsRepresentation = ClientWish.WantsRepresentation(context.Request);
            await RunAsync(
                context,
                new ChangeStep(ChangeAction.Update, resource) { Key = key, Values = sent },
                written => Row(StatusCodes.Status200OK, written, wantsRepresentation)).ConfigureAwait(false);
        }

        public Task RemoveAsync(HttpContext context) => RunAsync(
            context,
            new ChangeStep(ChangeAction.Remove, resource) { Key = Key(context) },
            written => written.Orphans.Count == 0
                ? new KeptResponse(StatusCodes.Status204NoContent)
                : new KeptResponse(
                    StatusCodes.Status200OK,
                    JsonAnswer.Bytes(new JsonObject { ["orphans"] = ProblemDetails.Texts(written.Orphans) })));

        private static KeptResponse Row(int status, WriteResult written, bool wantsRepresentation) =>
            new KeptResponse(status, JsonAnswer.Bytes(wantsRepresentation ? written.Stored! : written.Answer)).With("ETag", written.Tag);

        // A row is a set of one.
        private static async Task RunAsync(HttpContext context, ChangeStep step, Func<WriteResult, KeptResponse> answer)
        {
            var request = context.Request;
            var options = Options(context);
            var set = ChangeSet.Of(step with
            {
                IsStrict = ClientWish.IsStrict(request),
                Options = options,
                IfMatch = Condition(request.Headers.IfMatch),
                IfNoneMatch = Condition(request.Headers.IfNoneMatch),
            }) with
            { Origin = Caller.Origin(context), Reason = ClientWish.Reason(request) };
            await KeptResponse.AnswerAsync(
                context,
                async repeatable =>
                {
                    var outcome = await ChangeRoutes.Answered(context).RunAsync(
                        set,
                        options.IsRehearsal,
                        repeatable,
                        done => Told(done).ToBytes(),
                        context.RequestAborted).ConfigureAwait(false);
                    return outcome.Rows[0] is null ? throw outcome.Result.Steps[0].Error! : Told(outcome);
                }).ConfigureAwait(false);

            KeptResponse Told(SetOutcome outcome) => answer(outcome.Rows[0]!)
                .With(WireHeaders.ChangeSet, outcome.Result.ChangeSet)
                .With(WireHeaders.Notice, outcome.Rows[0]!.Notices.Select(WireHeaders.ToNotice));
        }

        private static string? Condition(Microsoft.Extensions.Primitives.StringValues header) =>
            header.Count == 0 ? null : string.Join(',', header.ToArray());

        private static ChangeOptions Options(HttpContext context)
        {
            var options = new ChangeOptions(
                ClientWish.IsRehearsal(context.Request),
                ClientWish.Flag(context.Request, QueryNames.Force),
                ClientWish.AllowsOtherTenant(context.Request));
            if (options.IsRehearsal)
            {
                context.Response.Headers[WireHeaders.PreferenceApplied] = WireHeaders.DryRun;
            }

            return options;
        }

        private RowKey Key(HttpContext context) => new(
            RawPath.Value(context, "key"),
            resource.SecondKeyColumn is { } second ? QueryNames.Single(context.Request, second) : null);
    }
}
