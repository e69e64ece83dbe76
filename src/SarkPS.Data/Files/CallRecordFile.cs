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
    private const int MaximumBreaks = 4;
    private const int MaximumJoined = 256 << 10;
    private const string Noun = "Cdr";

    /// <inheritdoc/>
    public async IAsyncEnumerable<CallRecord> ReadAsync(
        CallRecordFilter filter,
        CallRecordStatistics? statistics = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
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
            more = await GuardAsync(() => scan.Fill((in CallRecordRow row) => batch.Add(row.ToRecord()), BatchSize, cancellationToken))
                .ConfigureAwait(false);
            foreach (var record in batch)
            {
                yield return record;
            }
        }
        while (more);
    }

    /// <inheritdoc/>
    public async Task WriteCsvAsync(
        CallRecordFilter filter,
        Stream destination,
        Action<CallRecordStatistics>? counted = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(destination);
        var statistics = new CallRecordStatistics();
        using var scan = await OpenAsync(filter, statistics, cancellationToken).ConfigureAwait(false);
        if (counted is not null)
        {
            // Read twice: what is left out has to be known before the first row, and the rows may be more than memory holds.
            while (scan is not null
                && await GuardAsync(() => scan.Fill((in CallRecordRow _) => { }, int.MaxValue, cancellationToken)).ConfigureAwait(false))
            {
            }

            counted(new CallRecordStatistics { Matched = statistics.Matched, Skipped = statistics.Skipped });
            scan?.Rewind();
        }

        if (scan is null)
        {
            return;
        }

        using var buffer = new MemoryStream();
        bool more;
        do
        {
            buffer.SetLength(0);
            more = await GuardAsync(() => scan.Fill((in CallRecordRow row) =>
            {
                row.WriteTo(buffer);
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

    private static Task<T> GuardAsync<T>(Func<T> action) =>
        FileErrors.MapAsync(Noun, "Master.csv", "read the call records", () => Task.Run(action));

    /// <summary>Takes a row that fits.</summary>
    private delegate void RowAction(in CallRecordRow row);

    private sealed class Scan : IDisposable
    {
        private readonly SafeFileHandle file;
        private readonly CallRecordMatcher matcher;
        private readonly CallRecordStatistics statistics;
        private readonly long end;
        private byte[] buffer = new byte[BlockSize];
        private long position;
        private long start;
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

        /// <summary>Goes back to where the reading began, for the same rows again, whatever was appended since.</summary>
        public void Rewind()
        {
            position = start;
            used = next = 0;
        }

        /// <summary>Goes on until some rows fitted and a block is done, or enough fitted.</summary>
        /// <returns>False at the end of the file.</returns>
        public bool Fill(RowAction action, int enough, CancellationToken cancellationToken)
        {
            Span<Range> fields = stackalloc Range[CallRecordRow.FieldCount];
            var found = 0;
            while (true)
            {
                var needsMore = false;
                while (!needsMore && NextLine(out var from, out var to))
                {
                    if (CallRecordRow.TryRead(buffer.AsSpan(from, to - from), fields, out var row)
                        || TryJoin(ref from, ref to, fields, out row, out needsMore))
                    {
                        next = to + 1;
                        if (matcher.Matches(row))
                        {
                            statistics.Matched++;
                            action(row);
                            if (++found >= enough)
                            {
                                return true;
                            }
                        }
                    }
                    else if (!needsMore)
                    {
                        statistics.Skipped += CallRecordRow.IsBlank(buffer.AsSpan(from, to - from)) ? 0 : 1;
                        next = to + 1;
                    }
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (!NextBlock() && !needsMore)
                {
                    // What is left has no line feed: a row that is being written at this moment.
                    var tail = buffer.AsSpan(next, used - next);
                    tail = tail[(tail.LastIndexOf((byte)'\n') + 1)..];
                    statistics.Skipped += !CallRecordRow.IsBlank(tail) && (matcher.Needle is null || tail.IndexOf(matcher.Needle) >= 0)
                        ? 1
                        : 0;
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

                    var isRow = CallRecordRow.TryRead(block[(feed + 1)..lineEnd], fields, out var row);
                    if (!isRow && CallRecordRow.IsOpen(block[(feed + 1)..lineEnd]))
                    {
                        // Perhaps the end of a row with a line break in it.
                        var needsMore = false;
                        var begin = feed + 1;
                        for (var breaks = 0; breaks < MaximumBreaks && begin > 0 && !isRow; breaks++)
                        {
                            var before = block[..(begin - 1)].LastIndexOf((byte)'\n') + 1;
                            needsMore = before == 0 && blockStart > 0;
                            if (needsMore || CallRecordRow.TryRead(block[before..(begin - 1)], fields, out _))
                            {
                                break;
                            }

                            isRow = CallRecordRow.TryRead(block[before..lineEnd], fields, out row);
                            feed = isRow ? before - 1 : feed;
                            begin = before;
                        }

                        if (needsMore)
                        {
                            break;
                        }
                    }

                    if (isRow && matcher.Matches(row) && --count == 0)
                    {
                        position = start = blockStart + feed + 1;
                        return;
                    }

                    lineEnd = feed;
                }

                carry = lineEnd + 1 > MaximumLine ? 0 : lineEnd + 1;
                blockEnd = blockStart;
                step = BlockSize;
            }

            position = start = 0;
        }

        /// <summary>The next line that can hold a row that fits, as places in the buffer; it is not passed yet.</summary>
        private bool NextLine(out int from, out int to)
        {
            from = to = next;
            var rest = buffer.AsSpan(next, used - next);
            var hit = 0;
            if (matcher.Needle is { } needle)
            {
                hit = rest.IndexOf(needle);
                if (hit < 0)
                {
                    // Nothing here. A last line without its end stays for the next block, and those before it that may
                    // begin a row which goes on there.
                    next += StartOfLines(rest, rest.LastIndexOf((byte)'\n') + 1, MaximumBreaks);
                    return false;
                }

                from = next + rest[..hit].LastIndexOf((byte)'\n') + 1;
            }

            var stop = rest[hit..].IndexOf((byte)'\n');
            to = next + hit + stop;
            return stop >= 0;
        }

        /// <summary>Where so many lines before a place begin.</summary>
        private static int StartOfLines(ReadOnlySpan<byte> text, int place, int lines)
        {
            for (; lines > 0 && place > 0; lines--)
            {
                place = text[..(place - 1)].LastIndexOf((byte)'\n') + 1;
            }

            return place;
        }

        /// <summary>
        /// A row whose texts hold line breaks stands on several lines. Lines are joined as long as they are no rows
        /// themselves, so that a row that was cut off does not take the next one with it.
        /// </summary>
        private bool TryJoin(scoped ref int from, scoped ref int to, Span<Range> fields, out CallRecordRow row, scoped out bool needsMore)
        {
            row = default;
            needsMore = false;
            if (!CallRecordRow.IsOpen(buffer.AsSpan(from, to - from)))
            {
                return false;
            }

            var first = from;
            // A search may have led to the second line of a row; without one the lines before have been passed.
            for (var before = 0; before <= MaximumBreaks; before++)
            {
                var last = to;
                for (var after = 0; after <= MaximumBreaks; after++)
                {
                    if (last > to || first < from)
                    {
                        if (CallRecordRow.TryRead(buffer.AsSpan(first, last - first), fields, out row))
                        {
                            from = first;
                            to = last;
                            return true;
                        }
                    }

                    var rest = buffer.AsSpan(last + 1, used - last - 1);
                    var stop = rest.IndexOf((byte)'\n');
                    if (stop < 0)
                    {
                        if (position < end && after < MaximumBreaks && used - first < MaximumJoined)
                        {
                            next += StartOfLines(buffer.AsSpan(next, used - next), from - next, MaximumBreaks);
                            needsMore = true;
                            return false;
                        }

                        break;
                    }

                    if (CallRecordRow.TryRead(rest[..stop], fields, out _))
                    {
                        break;
                    }

                    last += stop + 1;
                }

                if (first <= next)
                {
                    break;
                }

                var previous = StartOfLines(buffer.AsSpan(next, used - next), first - next, 1) + next;
                if (CallRecordRow.TryRead(buffer.AsSpan(previous, first - 1 - previous), fields, out _))
                {
                    break;
                }

                first = previous;
            }

            row = default;
            return false;
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
