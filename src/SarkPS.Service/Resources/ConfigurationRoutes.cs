using System.Text.Json;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;
using SarkPS.Service.History;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Resources;

/// <summary>What is wrong with the rows as they are.</summary>
internal static class ConfigurationRoutes
{
    public static void MapConfiguration(this IEndpointRouteBuilder api) =>
        api.MapMethods(WireHeaders.ConfigurationFaults, OperationAnswer.Reading, GetFaultsAsync)
            .Needs(ApiScopes.Read).TakesDrafts().About("configuration", "What is wrong with the rows as they are.")
            .WithName("listConfigurationFaults").WithSummary("Lists the rows that SARK cannot carry.")
            .AnswersJson("The faults.", Body.Json(Shape.List(Shape.Of<ConfigurationFault>())), Answer.Unavailable);

    private static async Task GetFaultsAsync(HttpContext context)
    {
        var faults = await OperationAnswer.Tables(context).InspectAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, JsonSerializer.SerializeToNode(faults, OperationJson.Options)!).ConfigureAwait(false);
    }
}
