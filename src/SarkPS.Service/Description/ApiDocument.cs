using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Description;

/// <summary>The description of all routes in OpenAPI 3.1, from what they say where they are mapped and from the descriptors.</summary>
internal sealed partial class ApiDocument([FromKeyedServices(ApiDocument.Name)] IOpenApiDocumentProvider provider)
{
    /// <summary>Where the service gives it.</summary>
    public const string Route = "/openapi.json";

    private const string Name = "v1";

    // The same for every caller, and made once: it takes longer than any other answer that needs no database.
    private readonly Lazy<Task<JsonNode>> made = new(() => MakeAsync(provider));

    /// <summary>Has the framework make it.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ApiDocument>();
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // HEAD is GET without the body.
            options.ShouldInclude = route => !HttpMethods.IsHead(route.HttpMethod ?? "");
            options.AddDocumentTransformer((document, _, _) => Complete(document));
            options.AddOperationTransformer((operation, context, _) => Complete(operation, context));
        });
    }

    /// <summary>Maps the route that gives it.</summary>
    public static void Map(IEndpointRouteBuilder all) =>
        all.MapGet(Route, async context => await JsonAnswer.WriteAsync(
            context,
            await context.RequestServices.GetRequiredService<ApiDocument>().GetAsync().ConfigureAwait(false)).ConfigureAwait(false))
            .IsPublic().WithTags("service").WithSummary("Describes the routes.").AnswersJson("This description.");

    /// <summary>The document.</summary>
    public Task<JsonNode> GetAsync() => made.Value;

    private static async Task<JsonNode> MakeAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync().ConfigureAwait(false);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1).ConfigureAwait(false))!;
    }

    private static Task Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = nameof(SarkPS),
            Version = typeof(ApiDocument).Assembly.GetName().Version!.ToString(3),
            Description = "HEAD is answered where GET is, unless the GET changes something."
        };
        // Where it is served is known to who asks.
        document.Servers = null;
        foreach (var (name, schema) in Schemas.All())
        {
            document.AddComponent(name, schema);
        }

        foreach (var (answer, name) in Answer.Shared)
        {
            document.AddComponent(name, Response(answer, document));
        }

        document.AddComponent(TokenHandler.SchemeName, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A token of the configuration, or of a login. The names beside it are the scopes that it must have."
        });
        return Task.CompletedTask;
    }

    private static Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var said = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var part in Parameters().Matches(context.Description.RelativePath!).Select(match => match.Groups[1].Value))
        {
            Add(new OpenApiParameter
            {
                Name = part,
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String }
            });
        }

        foreach (var option in said.OfType<QueryNames>().LastOrDefault()?.Names ?? [])
        {
            Add(new OpenApiParameter
            {
                Name = option,
                In = ParameterLocation.Query,
                Description = said.OfType<ParameterText>().LastOrDefault(t => t.Name == option)?.Text,
                Schema = new OpenApiSchema
                {
                    Type = QueryNames.IsFlag(option) ? JsonSchemaType.Boolean
                        : QueryNames.IsNumber(option) ? JsonSchemaType.Integer
                        : JsonSchemaType.String
                }
            });
        }

        if (said.OfType<Sent>().LastOrDefault() is { } sent)
        {
            operation.RequestBody = new OpenApiRequestBody { Content = Content(sent.Body, context.Document!) };
        }

        operation.Responses = [];
        foreach (var answer in said.OfType<Answer>().OrderBy(a => a.StatusCode))
        {
            operation.Responses[$"{answer.StatusCode}"] = Answer.Shared.TryGetValue(answer, out var name)
                ? new OpenApiResponseReference(name, context.Document)
                : Response(answer, context.Document!);
        }

        if (!said.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [
                new OpenApiSecuritySchemeReference(TokenHandler.SchemeName, context.Document)] = [.. said.OfType<IAuthorizeData>()
                    .Select(a => a.Policy)
                    .OfType<string>()] }];
        }

        return Task.CompletedTask;

        void Add(OpenApiParameter parameter) => (operation.Parameters ??= []).Add(parameter);
    }

    private static OpenApiResponse Response(Answer answer, OpenApiDocument document) =>
        new() { Description = answer.Description, Content = answer.Body is { } body ? Content(body, document) : null };

    private static Dictionary<string, OpenApiMediaType> Content(Body body, OpenApiDocument document)
    {
        IOpenApiSchema? schema = body.Schema is { } name ? new OpenApiSchemaReference(name, document) : null;
        return new()
        {
            [body.ContentType] = new()
            {
                Schema = body.IsList ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema
            }
        };
    }

    [GeneratedRegex(@"\{\**([^}]+)\}")]
    private static partial Regex Parameters();
}
