using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace SarkPS.Service;

/// <summary>
/// The parts of an address as the client meant them, each decoded once. Routing leaves an encoded slash encoded, and so
/// cannot tell it from a per cent sign that was.
/// </summary>
internal static class RawPath
{
    /// <summary>A parameter of the route that is one part of the address.</summary>
    public static string Value(HttpContext context, string name)
    {
        var routed = (string?)context.Request.RouteValues[name] ?? "";
        return routed.Contains('%', StringComparison.Ordinal) && From(context, name).FirstOrDefault() is { } value ? value : routed;
    }

    /// <summary>A parameter of the route that takes all parts from its own on; none is empty.</summary>
    public static IReadOnlyList<string> Rest(HttpContext context, string name) => [.. From(context, name).Where(part => part.Length > 0)];

    private static IEnumerable<string> From(HttpContext context, string name)
    {
        var pattern = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.PathSegments;
        var index = pattern.TakeWhile(segment => segment.Parts is not [RoutePatternParameterPart part] || part.Name != name).Count();
        return Segments(context).Skip(index);
    }

    /// <summary>The address for logs and messages: one line, without the query, and without a value that stands in it.</summary>
    public static string Printable(HttpContext context)
    {
        var path = context.Request.Path.ToUriComponent();
        return context.Request.RouteValues.ContainsKey("value") && path.LastIndexOf('/') is var end and > 0 ? path[..end] + "/..." : path;
    }

    // All parts, dots resolved as the server resolves them.
    private static List<string> Segments(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        // A server without a socket has none; what routing left encoded is all that is known there.
        if (target.Length == 0 || target == "*")
        {
            return [.. (context.Request.PathBase + context.Request.Path).Value!.Split('/').Skip(1)
                .Select(s => s.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase))];
        }

        if (!target.StartsWith('/'))
        {
            // The whole address, as to a proxy.
            var start = target.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? target.IndexOf('/', scheme + 3) : -1;
            target = start < 0 ? "/" : target[start..];
        }

        var segments = new List<string>();
        foreach (var segment in target.Split('?')[0].Split('/').Skip(1).Select(Uri.UnescapeDataString))
        {
            if (segment == "..")
            {
                if (segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                }
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }

        return segments;
    }
}
