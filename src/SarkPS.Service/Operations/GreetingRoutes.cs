using System.Text.Json.Nodes;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/greetings</c>.</summary>
internal static class GreetingRoutes
{
    public static void MapGreetingRoutes(this IEndpointRouteBuilder api) =>
        new FileStoreRoutes<Greeting>(
            FileStores.Greetings,
            backend => backend.Greetings,
            files => new JsonArray([.. files.Select(file => (JsonNode)file.Name)]),
            Shape.List(Shape.Text),
            "wav, mpeg",
            "",
            ApiScopes.Read,
            ApiScopes.Write)
            .Map(api.MapGroup("").About(FileStores.Greetings.Route, "Recorded greetings, which menus, queues and ring groups play."));
}
