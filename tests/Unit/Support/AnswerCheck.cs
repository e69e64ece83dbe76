using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace SarkPS.Tests.Support;

/// <summary>Holds what a service answers against the description of its routes.</summary>
internal sealed class AnswerCheck : IStartupFilter
{
    private readonly ConcurrentDictionary<string, bool> faults = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(LookAsync);
        next(app);
    };

    /// <summary>Fails the test where an answer was none that is described.</summary>
    public void Assert() => Xunit.Assert.True(
        faults.IsEmpty,
        $"{faults.Count} answers are not as docs/openapi.json describes them:\n{string.Join('\n', faults.Keys.Take(20))}");

    private async Task LookAsync(HttpContext context, RequestDelegate next)
    {
        var sent = context.Response.Body;
        using var seen = new MemoryStream();
        context.Response.Body = new Tee(sent, seen);
        await next(context);
        await context.Response.BodyWriter.FlushAsync();
        context.Response.Body = sent;
        // Routes of tests are not described, and neither is that there is no route.
        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } && !HttpMethods.IsHead(context.Request.Method))
        {
            var path = "/" + route.Replace("**", "", StringComparison.Ordinal).Replace("//", "/", StringComparison.Ordinal).TrimStart('/');
            if (Described.Document["paths"]![path] is not null)
            {
                foreach (var fault in Described.Faults(
                    context.Request.Method,
                    path,
                    context.Response.StatusCode,
                    context.Response.ContentType,
                    Encoding.UTF8.GetString(seen.ToArray())))
                {
                    faults.TryAdd(fault, true);
                }
            }
        }
    }

    /// <summary>Writes to one stream, and what was written to another too.</summary>
    private sealed class Tee(Stream sent, MemoryStream seen) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => sent.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => sent.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            seen.Write(buffer, offset, count);
            sent.Write(buffer, offset, count);
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            seen.Write(buffer.Span);
            await sent.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
