using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace SarkPS.Data.Files;

/// <summary>
/// Asterisk's <c>Master.csv</c>, read in blocks from the start or from the end. What Asterisk appends while we read is not
/// looked at: the end is where it was when we began, and a last row without a line feed is one that is being written.
/// </summary>
/// <param name="options">Where the file lies.</param>
internal sealed class CallRecordFile(SarkOptions options) : ICallRecordOperations
{
    private const int BlockSize = 1 << 20;
    private const int BatchSize = 512;
    private const int MaximumLine = 4 << 20;
    private const string Noun = "Cdr";

    /// <inheritdoc/>
    public async IAsyncEnumerable<CallRecord> ReadAsync(CallRecordFilter filter, CallRecordStatistics? statistics = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        statistics ??= new CallRecordStatistics();
        using var scan = await OpenAsync(filter, statistics, cancellationToken).ConfigureAwait(false);
        if (scan is null)
        {
            yield break;
        }

        var batch = new List<CallRecord>(BatchSize);
        bool more;
        do
        {
            batch.Clear();
            more = await GuardAsync(() => scan.Fill((in CallRecordRow row, ReadOnlySpan<byte> _) => batch.Add(row.ToRecord()), BatchSize, cancellationToken)).ConfigureAwait(false);
            foreach (var record in batch)
            {
                yield return record;
            }
        }
        while (more);
    }

    /// <inheritdoc/>
    public async Task WriteCsvAsync(CallRecordFilter filter, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(destination);
        using var scan = await OpenAsync(filter, new CallRecordStatistics(), cancellationToken).ConfigureAwait(false);
        if (scan is null)
        {
            return;
        }

        using var buffer = new MemoryStream();
        bool more;
        do
        {
            buffer.SetLength(0);
            more = await GuardAsync(() => scan.Fill((in CallRecordRow _, ReadOnlySpan<byte> line) =>
            {
                buffer.Write(line);
                buffer.WriteByte((byte)'\n');
            }, BatchSize, cancellationToken)).ConfigureAwait(false);
            await destination.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken).ConfigureAwait(false);
        }
        while (more);
    }

    private Task<Scan?> OpenAsync(CallRecordFilter filter, CallRecordStatistics statistics, CancellationToken cancellationToken)
    {
        var matcher = new CallRecordMatcher(filter);
        var path = options.Rooted(options.Paths.CallRecords);
        return GuardAsync(() =>
        {
            if (Posix.Status(path) is null && Directory.Exists(Path.GetDirectoryName(path)))
            {
                return null;
            }

            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                var scan = new Scan(file, matcher, statistics);
                if (filter.Last is { } last)
                {
                    scan.SkipToLast(last, cancellationToken);
                }

                return scan;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    private static Task<T> GuardAsync<T>(Func<T> action) => FileErrors.MapAsync(Noun, "Master.csv", "read the call records", () => Task.Run(action));

    /// <summary>Takes a row that fits: taken apart, and as it stands.</summary>
    private delegate void RowAction(in CallRecordRow row, ReadOnlySpan<byte> line);

    private sealed class Scan : IDisposable
    {
        private readonly SafeFileHandle file;
        private readonly CallRecordMatcher matcher;
        private readonly CallRecordStatistics statistics;
        private readonly long end;
        private byte[] buffer = new byte[BlockSize];
        private long position;
        private int used;
        private int next;

        public Scan(SafeFileHandle file, CallRecordMatcher matcher, CallRecordStatistics statistics)
        {
            this.file = file;
            this.matcher = matcher;
            this.statistics = statistics;
            end = RandomAccess.GetLength(file);
        }

        public void Dispose() => file.Dispose();

        /// <summary>Goes on until some rows fitted and a block is done, or enough fitted.</summary>
        /// <returns>False at the end of the file.</returns>
        public bool Fill(RowAction action, int enough, CancellationToken cancellationToken)
        {
            Span<Range> fields = stackalloc Range[CallRecordRow.FieldCount];
            var found = 0;
            while (true)
            {
                while (NextLine(out var line))
                {
                    if (!CallRecordRow.TryRead(line, fields, out var row))
                    {
                        statistics.Skipped += line.IsEmpty ? 0 : 1;
                    }
                    else if (matcher.Matches(row))
                    {
                        statistics.Matched++;
                        action(row, line);
                        if (++found >= enough)
                        {
                            return true;
                        }
                    }
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (!NextBlock())
                {
                    // What is left has no line feed: a row that is being written at this moment.
                    statistics.Skipped += used > next ? 1 : 0;
                    next = used;
                    return false;
                }

                if (found > 0)
                {
                    return true;
                }
            }
        }

        /// <summary>Moves to where the last so many rows that fit begin, reading backwards.</summary>
        public void SkipToLast(int count, CancellationToken cancellationToken)
        {
            Span<Range> fields = stackalloc Range[CallRecordRow.FieldCount];
            // A small step first: the usual question is for the last hundred.
            var step = 64 * 1024;
            var blockEnd = end;
            var carry = 0;
            while (blockEnd > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var blockStart = Math.Max(0, blockEnd - step);
                var size = (int)(blockEnd - blockStart);
                Reserve(size + carry);
                // The beginning of a line whose end was in the block behind stands behind this block now.
                buffer.AsSpan(0, carry).CopyTo(buffer.AsSpan(size));
                ReadFully(blockStart, buffer.AsSpan(0, size));
                var block = buffer.AsSpan(0, size + carry);
                if (blockEnd == end)
                {
                    block = block[..(block.LastIndexOf((byte)'\n') + 1)];
                }

                var lineEnd = block.Length - 1;
                while (lineEnd >= 0)
                {
                    var feed = block[..lineEnd].LastIndexOf((byte)'\n');
                    if (feed < 0 && blockStart > 0)
                    {
                        break;
                    }

                    if (CallRecordRow.TryRead(block[(feed + 1)..lineEnd], fields, out var row) && matcher.Matches(row) && --count == 0)
                    {
                        position = blockStart + feed + 1;
                        return;
                    }

                    lineEnd = feed;
                }

                carry = lineEnd + 1 > MaximumLine ? 0 : lineEnd + 1;
                blockEnd = blockStart;
                step = BlockSize;
            }

            position = 0;
        }

        private bool NextLine(out ReadOnlySpan<byte> line)
        {
            line = default;
            var rest = buffer.AsSpan(next, used - next);
            if (matcher.Needle is { } needle)
            {
                var hit = rest.IndexOf(needle);
                if (hit < 0)
                {
                    // Nothing here; a last line without its end stays for the next block.
                    next += rest.LastIndexOf((byte)'\n') + 1;
                    return false;
                }

                var start = rest[..hit].LastIndexOf((byte)'\n') + 1;
                next += start;
                rest = rest[start..];
                var from = hit - start;
                var stop = rest[from..].IndexOf((byte)'\n');
                if (stop < 0)
                {
                    return false;
                }

                line = rest[..(from + stop)];
            }
            else
            {
                var stop = rest.IndexOf((byte)'\n');
                if (stop < 0)
                {
                    return false;
                }

                line = rest[..stop];
            }

            next += line.Length + 1;
            return true;
        }

        private bool NextBlock()
        {
            if (position >= end)
            {
                return false;
            }

            var left = used - next;
            if (left > MaximumLine)
            {
                // No call record is that long; what follows its line feed is read again.
                statistics.Skipped++;
                next = used;
                left = 0;
            }

            Reserve(left + BlockSize);
            buffer.AsSpan(next, left).CopyTo(buffer);
            var read = RandomAccess.Read(file, buffer.AsSpan(left, (int)Math.Min(BlockSize, end - position)), position);
            next = 0;
            used = left + read;
            position = read == 0 ? end : position + read;
            return read > 0;
        }

        /// <summary>A line longer than a block makes the buffer grow; ordinary files never do.</summary>
        private void Reserve(int size)
        {
            if (buffer.Length < size)
            {
                Array.Resize(ref buffer, Math.Max(size, buffer.Length * 2));
            }
        }

        private void ReadFully(long from, Span<byte> target)
        {
            while (target.Length > 0)
            {
                var read = RandomAccess.Read(file, target, from);
                if (read == 0)
                {
                    throw new IOException("The call records became shorter while they were read.");
                }

                from += read;
                target = target[read..];
            }
        }
    }
}
