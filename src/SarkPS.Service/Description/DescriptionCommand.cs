using System.Text.Encodings.Web;
using System.Text.Json;

namespace SarkPS.Service.Description;

/// <summary>
/// <c>SarkPS.Service openapi [--output FILE]</c>: writes the description of the routes, for who makes a client without a
/// service that runs.
/// </summary>
internal static class DescriptionCommand
{
    public const string Verb = "openapi";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    private static string Usage => $"""
        Usage: SarkPS.Service {Verb} [--output FILE]

        Writes the description of the routes in OpenAPI 3.1, to the output without a file. The service gives the same at {ApiDocument.Route}.
        """;

    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments.Any(CommandLine.IsHelp) || arguments is ["help", ..])
        {
            output.WriteLine(Usage);
            return 0;
        }

        if (arguments is not ([] or ["--output", _]))
        {
            errors.WriteLine(Usage);
            return 2;
        }

        var text = WriteAsync().GetAwaiter().GetResult();
        if (arguments is [_, var file])
        {
            File.WriteAllText(file, text);
        }
        else
        {
            output.Write(text);
        }

        return 0;
    }

    // A service that never starts: routes are described without a database, and without the settings of this machine.
    private static async Task<string> WriteAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.AddSark();
        await using var app = builder.Build();
        app.MapSark();
        app.UseRouting();
        // Only now the framework knows the routes.
        app.UseEndpoints(_ => { });
        var document = await app.Services.GetRequiredService<ApiDocument>().GetAsync().ConfigureAwait(false);
        return document.ToJsonString(Readable) + "\n";
    }
}
