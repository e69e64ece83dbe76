using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>The technology of an inbound route is its carrier: that is what tells it from a trunk in the same table.</summary>
internal sealed class InboundRouteHooks : ResourceHooks
{
    public override IReadOnlyList<(string Table, string[] Columns)> Uses => [("lineIO", ["technology"])];

    public override void BeforeWrite(WriteContext context)
    {
        if (context.Row.Has("carrier"))
        {
            context.Row["technology"] = context.Row["carrier"];
        }
    }
}
