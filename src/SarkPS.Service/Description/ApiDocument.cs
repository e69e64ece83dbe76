using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.History;

namespace SarkPS.Service.Description;

/// <summary>The description of all routes in OpenAPI 3.1, from what they say where they are mapped and from the descriptors.</summary>
internal sealed partial class ApiDocument(
    [FromKeyedServices(ApiDocument.Name)] IOpenApiDocumentProvider provider,
    ApiDocument.Parts parts)
{
    /// <summary>Where the service gives it.</summary>
    public const string Route = "/openapi.json";

    /// <summary>The member of an operation that names the scope which a token must have.</summary>
    public const string ScopeMember = "x-scope";

    private const string Name = "v1";

    // The same for every caller, and made once: it takes longer than any other answer that needs no database.
    private readonly Lazy<Task<JsonNode>> made = new(() => MakeAsync(provider, parts));

    /// <summary>Has the framework make it.</summary>
    public static void Add(IServiceCollection services)
    {
        var parts = new Parts();
        services.AddSingleton(parts);
        services.AddSingleton<ApiDocument>();
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // HEAD is GET without the body.
            options.ShouldInclude = route => !HttpMethods.IsHead(route.HttpMethod ?? "");
            options.AddDocumentTransformer((document, _, _) => Complete(document, parts));
            options.AddOperationTransformer((operation, context, _) =>
            {
                new OperationText(operation, context, parts).Complete();
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Maps the route that gives it.</summary>
    public static void Map(IEndpointRouteBuilder all) =>
        all.MapGet(Route, async context => await JsonAnswer.WriteAsync(
            context,
            await context.RequestServices.GetRequiredService<ApiDocument>().GetAsync().ConfigureAwait(false)).ConfigureAwait(false))
            .IsPublic().About(Health.Topic, Health.TopicText).WithName("getDescription").WithSummary("Describes the routes.")
            .AnswersJson("This description.", Body.Json(new Shape(_ => new JsonObject { ["type"] = "object" })));

    /// <summary>The document.</summary>
    public Task<JsonNode> GetAsync() => made.Value;

    private static async Task<JsonNode> MakeAsync(IOpenApiDocumentProvider provider, Parts parts)
    {
        var document = await provider.GetOpenApiDocumentAsync().ConfigureAwait(false);
        var json = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1).ConfigureAwait(false))!;
        parts.Schemas.WriteTo(json);
        return json;
    }

    private static Task Complete(OpenApiDocument document, Parts parts)
    {
        document.Info = new OpenApiInfo
        {
            Title = nameof(SarkPS),
            Version = typeof(ApiDocument).Assembly.GetName().Version!.ToString(3),
            Description = "The routes of sark6api for SARK V6, and more. HEAD is answered where GET is, unless the GET changes something. "
                + $"Failures are told as sark6api tells them, or as problem details where {WireHeaders.Problem} is accepted.",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            Contact = new OpenApiContact
            {
                Name = typeof(ApiDocument).Assembly.GetCustomAttribute<AssemblyCompanyAttribute>()?.Company,
            },
        };
        // Where it is served from itself: any other address is known to who asks.
        document.Servers = [new OpenApiServer { Url = "/", Description = "The service that gives this description." }];
        document.Tags = parts.Topics.Select(t => new OpenApiTag { Name = t.Key, Description = t.Value }).ToHashSet();
        foreach (var (answer, name) in Answer.Shared)
        {
            document.AddComponent(name, parts.Response(answer, name, document, []));
        }

        foreach (var (name, text) in HeaderTexts.Sent)
        {
            document.AddComponent(name, new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = text,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        foreach (var (name, text) in HeaderTexts.Answered)
        {
            document.AddComponent(name, new OpenApiHeader
            {
                Description = text,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        document.AddComponent(TokenHandler.SchemeName, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = $"A token of the configuration, or of a login. {ScopeMember} names the scope that it must have."
        });
        return Task.CompletedTask;
    }

    /// <summary>What is found while the operations are described, and told beside them.</summary>
    internal sealed class Parts
    {
        /// <summary>The schemas.</summary>
        public Components Schemas { get; } = new();

        /// <summary>What routes are about.</summary>
        public SortedDictionary<string, string> Topics { get; } = new(StringComparer.Ordinal);

        /// <summary>An answer.</summary>
        /// <param name="answer">The answer.</param>
        /// <param name="name">What a schema without a name is called by.</param>
        /// <param name="document">The document.</param>
        /// <param name="headers">Headers that it has beside its own.</param>
        public OpenApiResponse Response(Answer answer, string name, OpenApiDocument document, IEnumerable<string> headers) => new()
        {
            Description = answer.Description,
            Headers = answer.Headers.Concat(headers).Append(HeaderTexts.RequestId).Distinct()
                .ToDictionary(h => h, IOpenApiHeader (h) => new OpenApiHeaderReference(h, document)),
            Content = answer.Bodies.Length == 0 ? null : Content(answer.Bodies, name, document),
        };

        /// <summary>Bodies, by their media types.</summary>
        public Dictionary<string, OpenApiMediaType> Content(IEnumerable<Body> bodies, string name, OpenApiDocument document) =>
            bodies.ToDictionary(b => b.ContentType, b => new OpenApiMediaType
            {
                Schema = b.Shape is null
                    ? new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Format = b.ContentType.StartsWith("text/", StringComparison.Ordinal) ? null : "binary",
                    }
                    : Reference(b.Representation is { } other ? Shape.Either(b.Shape, other) : b.Shape, name, document),
                Example = b.Example?.DeepClone(),
            });

        private OpenApiSchemaReference Reference(Shape shape, string name, OpenApiDocument document)
        {
            var named = shape.Name is null ? shape.Named(name) : shape;
            if (shape.Name is null)
            {
                Schemas.Pass(name);
            }

            named.Write(Schemas);
            return new OpenApiSchemaReference(named.Name!, document);
        }
    }

    /// <summary>Describes one operation by what its endpoint says of itself.</summary>
    private sealed class OperationText(OpenApiOperation operation, OpenApiOperationTransformerContext context, Parts parts)
    {
        private readonly IList<object> said = context.Description.ActionDescriptor.EndpointMetadata;
        private readonly OpenApiDocument document = context.Document!;

        private bool IsPublic => said.OfType<IAllowAnonymous>().Any();

        private bool Changes => Effect.Of(said);

        // A GET that changes something stands beside a POST that does the same.
        private bool IsByGet => Changes && HttpMethods.IsGet(context.Description.HttpMethod!);

        private string? Scope => said.OfType<IAuthorizeData>().Select(a => a.Policy).FirstOrDefault();

        private bool TakesDraft => said.OfType<TakesDraft>().Any();

        public void Complete()
        {
            foreach (var topic in said.OfType<Topic>())
            {
                parts.Topics[topic.Name] = topic.Text;
            }

            // What is sent and answered is the same however it is asked for.
            var name = char.ToUpperInvariant(operation.OperationId![0]) + operation.OperationId[1..];
            operation.OperationId += IsByGet ? "ByGet" : "";
            operation.Deprecated = IsByGet || said.OfType<Spelling>().Any();
            operation.Description = string.Join(' ', Sentences());
            operation.Parameters = [.. Path(), .. Query(), .. Headers()];
            if (said.OfType<Sent>().LastOrDefault() is { } sent)
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Content = parts.Content([sent.Body], name + "Request", document),
                    Required = !sent.Body.IsOptional,
                };
            }

            operation.Responses = [];
            foreach (var answer in said.OfType<Answer>().OrderBy(a => a.StatusCode))
            {
                var isDone = answer.StatusCode < StatusCodes.Status300MultipleChoices;
                operation.Responses[$"{answer.StatusCode}"] = Answer.Shared.TryGetValue(answer, out var shared)
                    ? new OpenApiResponseReference(shared, document)
                    : parts.Response(
                        answer,
                        name + (isDone ? "Answer" : $"{answer.StatusCode}"),
                        document,
                        isDone ? DoneHeaders() : []);
            }

            operation.Security = IsPublic
                ? []
                : [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenHandler.SchemeName, document)] = [] }];
            if (Scope is { } scope)
            {
                // OpenAPI has a place for scopes at tokens of OAuth only, which readers of it insist on.
                operation.AddExtension(ScopeMember, new JsonNodeExtension(JsonValue.Create(scope)));
            }
        }

        private IEnumerable<string> Sentences()
        {
            if (said.OfType<Spelling>().LastOrDefault() is { } spelling)
            {
                yield return $"Another spelling of {SarkApplication.ApiPrefix}/{spelling.Of}.";
            }

            if (said.OfType<IEndpointDescriptionMetadata>().LastOrDefault() is { } own)
            {
                yield return own.Description;
            }

            if (IsByGet)
            {
                yield return "POST does the same, and is not done by accident.";
            }

            yield return IsPublic ? "Takes no token."
                : Scope is { } scope ? $"Takes a token with the scope {scope}."
                : "Takes any valid token.";
            if (TakesDraft)
            {
                yield return "Can be about a draft.";
            }
        }

        private IEnumerable<IOpenApiParameter> Path() => PathParts().Matches(context.Description.RelativePath!).Select(
            match => match.Groups[1].Value).Select(name => new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = TextOf(name),
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });

        private IEnumerable<IOpenApiParameter> Query() => (said.OfType<QueryNames>().LastOrDefault()?.Names ?? []).Select(
            name => new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = TextOf(name),
                Schema = new OpenApiSchema { Type = QueryNames.IsFlag(name) ? JsonSchemaType.Boolean : JsonSchemaType.String },
            });

        private IEnumerable<IOpenApiParameter> Headers()
        {
            string[] preferences =
            [
                .. said.OfType<Preferences>().SelectMany(p => p.Values),
                .. said.OfType<Answer>().Any(a => a.Bodies.Any(b => b.Representation is not null))
                    ? [WireHeaders.ReturnRepresentation]
                    : Array.Empty<string>(),
                .. said.OfType<QueryNames>().LastOrDefault()?.Rehearses == true ? [WireHeaders.DryRun] : Array.Empty<string>(),
            ];
            if (preferences.Length > 0)
            {
                yield return new OpenApiParameter
                {
                    Name = WireHeaders.Prefer,
                    In = ParameterLocation.Header,
                    Description = "Preferences, with commas between: "
                        + string.Join("; ", preferences.Select(p => $"{p} {HeaderTexts.Preferred[p]}")) + ".",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                };
            }

            string[] names =
            [
                .. said.OfType<HeaderNames>().SelectMany(h => h.Names),
                .. Changes ? [WireHeaders.IdempotencyKey] : Array.Empty<string>(),
                .. said.OfType<KeepsAnswer>().Any() ? [WireHeaders.ChangeReason] : Array.Empty<string>(),
                .. TakesDraft ? [WireHeaders.ChangeDraft] : Array.Empty<string>(),
                HeaderTexts.RequestId,
            ];
            foreach (var name in names)
            {
                yield return new OpenApiParameterReference(name, document);
            }
        }

        private IEnumerable<string> DoneHeaders() =>
        [
            .. said.OfType<KeepsAnswer>().Any() ? [WireHeaders.ChangeSet, WireHeaders.Notice] : Array.Empty<string>(),
            .. Changes ? [WireHeaders.IdempotentReplayed] : Array.Empty<string>(),
            .. said.OfType<Preferences>().Any() ? [WireHeaders.PreferenceApplied] : Array.Empty<string>(),
            RateLimits.Limit,
            RateLimits.Remaining,
            RateLimits.Policy,
            RateLimits.Left,
        ];

        private string TextOf(string name) => said.OfType<ParameterText>().LastOrDefault(t => t.Name == name)?.Text
            ?? QueryNames.Texts.GetValueOrDefault(name)
            ?? throw new InvalidOperationException(
                $"{context.Description.HttpMethod} {context.Description.RelativePath} does not say what its parameter '{name}' is.");
    }

    [GeneratedRegex(@"\{\**([^}]+)\}")]
    private static partial Regex PathParts();
}

/// <summary>Says that a route is another spelling of one.</summary>
/// <param name="Of">That one, below the prefix of the service.</param>
internal sealed record Spelling(string Of);
