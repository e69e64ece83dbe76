using System.IO.Compression;
using System.Net.Mime;
using System.Reflection;
using System.Text;
using Scalar.AspNetCore;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Description;

/// <summary>
/// A page to read the description of the routes on, and to try them. All that it loads comes from the service, so that it works
/// where nothing else can be reached, and nobody else learns that it was looked at.
/// </summary>
internal static class ReferencePage
{
    /// <summary>Where it is.</summary>
    public const string Route = "/docs";

    private const string Script = Route + "/scalar.js";

    // The script and its styles, requests to the service itself, and nothing else.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Without what would ask, or tell, other machines.
    private const string Configuration =
        """{"withDefaultFonts":false,"telemetry":false,"hideClientButton":true,"showDeveloperTools":"never","""
        + """ "agent":{"disabled":true},"mcp":{"disabled":true}}""";

    // Addresses are relative: a proxy may put the service below a path of its own.
    private static readonly byte[] Page = Encoding.UTF8.GetBytes($$"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <link rel="icon" href="data:,">
          <title>{{nameof(SarkPS)}}</title>
        </head>
        <body>
          <script id="api-reference" type="application/json" data-url="{{ApiDocument.Route[1..]}}"
            data-configuration='{{Configuration}}'></script>
          <script src="{{Script[1..]}}"></script>
        </body>
        </html>

        """);

    // The package has the script as a resource, compressed.
    private static readonly Lazy<byte[]> Compressed = new(() =>
    {
        using var stream = typeof(ScalarOptions).Assembly.GetManifestResourceStream("ScalarStaticAssets.scalar.js")
            ?? throw new InvalidOperationException("The package of the reference page has no script.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    });

    private static readonly string Tag =
        $"\"{typeof(ScalarOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}\"";

    /// <summary>Maps it.</summary>
    public static void Map(IEndpointRouteBuilder all)
    {
        var page = all.MapGroup("").About(Health.Topic, Health.TopicText).IsPublic();
        page.MapGet(Route, WritePageAsync).WithName("getReferencePage").WithSummary("Shows the description of the routes as a page.")
            .Answers(new Answer(StatusCodes.Status200OK, "The page.", new Body(MediaTypeNames.Text.Html)));
        page.MapGet(Script, WriteScriptAsync).WithName("getReferenceScript").WithSummary("Sends the script of that page.")
            .Answers(
                new Answer(StatusCodes.Status200OK, "The script.", new Body(MediaTypeNames.Text.JavaScript))
                {
                    Headers = [HeaderTexts.ETag],
                },
                Answer.Unchanged);
    }

    /// <summary>
    /// Leads a browser there that asks for nothing in particular. Programs are told that there is nothing, as by sark6api.
    /// </summary>
    public static Task LeadAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (context.GetEndpoint() is null && request.Path == "/" && HttpMethods.IsGet(request.Method)
            && request.Headers.Accept.Any(a => a?.Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase) == true))
        {
            context.Response.Redirect(Route[1..]);
            return Task.CompletedTask;
        }

        return next(context);
    }

    private static Task WritePageAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        context.Response.ContentType = MediaTypeNames.Text.Html + "; charset=utf-8";
        context.Response.ContentLength = Page.Length;
        return context.Response.Body.WriteAsync(Page, context.RequestAborted).AsTask();
    }

    private static async Task WriteScriptAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ETag = Tag;
        headers.CacheControl = "no-cache";
        headers.Vary = Microsoft.Net.Http.Headers.HeaderNames.AcceptEncoding;
        if (context.Request.Headers.IfNoneMatch.Contains(Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = MediaTypeNames.Text.JavaScript + "; charset=utf-8";
        if (context.Request.Headers.AcceptEncoding.Any(a => a?.Contains("gzip", StringComparison.OrdinalIgnoreCase) == true))
        {
            headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(Compressed.Value, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        await using var script = new GZipStream(new MemoryStream(Compressed.Value), CompressionMode.Decompress);
        await script.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
