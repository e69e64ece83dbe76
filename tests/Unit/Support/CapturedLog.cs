using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SarkPS.Tests.Support;

/// <summary>What the service logged.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Text, Exception? Error)> lines = [];

    /// <summary>Each entry, as one text.</summary>
    public IReadOnlyList<string> Lines => [.. lines.Select(l => l.Text)];

    /// <summary>Exceptions whose stack traces would stand in the log.</summary>
    public IReadOnlyList<Exception> Errors => [.. lines.Select(l => l.Error).OfType<Exception>()];

    /// <summary>Is told of each entry when it is written.</summary>
    public Action<string>? Written { get; set; }

    public void Clear() => lines.Clear();

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            log.lines.Enqueue((text, exception));
            log.Written?.Invoke(text);
        }
    }
}
