using System.Globalization;
using System.Text;

namespace SarkPS.Tests.Journal;

/// <summary>
/// What processes asked of the file system, in the order in which they asked, as strace has noted it; from that, what a disk
/// may hold after its power was lost at any moment. Lost, in any order, can be whatever was not synced: writes, also in part by
/// sectors, sizes, and names of files that were made or removed since their folder was synced.
/// </summary>
internal sealed class RecordedCalls
{
    /// <summary>A disk writes a sector whole or not at all.</summary>
    private const int Sector = 512;

    // What others may be asked of files of ours would have to be told here first.
    private static readonly string[] Known = ["openat", "pwrite64", "ftruncate", "fsync", "fdatasync", "unlink", "mkdir", "close", "lseek"];

    private readonly string root;
    private readonly Dictionary<string, RecordedFile> names = new(StringComparer.Ordinal);
    private readonly List<Naming> namings = [];
    private readonly Dictionary<string, List<Span>> folderSyncs = new(StringComparer.Ordinal);
    private readonly List<(int Begun, string Reason, string Set)> answers = [];
    private readonly SortedSet<int> places = [];
    private int line;

    /// <summary>The arguments that strace has to be started with.</summary>
    /// <param name="log">The file to note everything in.</param>
    public static string[] Arguments(string log) =>
    [
        "-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-e", "signal=none", "-e",
        "trace=openat,open,creat,pwrite64,write,pwritev,writev,lseek,ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,"
            + "unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,mkdir,mkdirat,rmdir,close",
        "-o", log,
    ];

    /// <summary>Reads what was noted.</summary>
    /// <param name="log">The file.</param>
    /// <param name="root">The folder whose files matter.</param>
    /// <param name="files">What was in it before.</param>
    public RecordedCalls(string log, string root, IReadOnlyDictionary<string, byte[]> files)
    {
        this.root = root;
        foreach (var (path, content) in files)
        {
            var file = new RecordedFile(content);
            names[path] = file;
            namings.Add(new Naming(default, Path.GetDirectoryName(path)!, null) { IsFolder = true });
            namings.Add(new Naming(default, path, file));
        }

        var unfinished = new Dictionary<string, (int Begun, string Text)>(StringComparer.Ordinal);
        foreach (var text in File.ReadLines(log, Encoding.Latin1))
        {
            line++;
            var at = text.IndexOf(' ', StringComparison.Ordinal);
            var (process, call) = (text[..at], text[at..].TrimStart());
            const string Mark = " <unfinished ...>";
            if (call.EndsWith(Mark, StringComparison.Ordinal))
            {
                unfinished[process] = (line, call[..^Mark.Length]);
            }
            else if (call.StartsWith("<... ", StringComparison.Ordinal))
            {
                var (begun, start) = unfinished[process];
                Read(new Span(begun, line), start + call[(call.IndexOf("resumed>", StringComparison.Ordinal) + "resumed>".Length)..]);
            }
            else if (char.IsAsciiLetter(call[0]))
            {
                Read(new Span(line, line), call);
            }
        }
    }

    /// <summary>The moments at which something of ours was asked.</summary>
    public IReadOnlyCollection<int> Places => places;

    /// <summary>The sets that were answered, in all.</summary>
    public int Answers => answers.Count;

    /// <summary>How often a file was synced.</summary>
    public int SyncsOf(string path) => names[path].Syncs.Count;

    /// <summary>The sets that were answered before a moment.</summary>
    public IEnumerable<KeyValuePair<string, string>> AnsweredBefore(int moment) =>
        answers.Where(a => a.Begun < moment).Select(a => KeyValuePair.Create(a.Reason, a.Set));

    /// <summary>What a disk may hold.</summary>
    /// <param name="moment">When its power was lost: calls from this one on were not made.</param>
    /// <param name="random">Decides.</param>
    /// <param name="isSynced">Whether a sync of a file or folder, by its path, does what it should.</param>
    /// <returns>Files by their paths below the root.</returns>
    public Dictionary<string, byte[]> Image(int moment, Random random, Func<string, bool>? isSynced = null)
    {
        // All that was asked, as after a kill; nothing that was not synced; all up to some call; each by chance, rarely or often,
        // whole or by sectors.
        var first = places.Min;
        var kind = random.Next(6);
        var limit = kind == 2 ? random.Next(Math.Max(first, moment - 60), moment + 1) : 0;
        var chance = kind switch
        {
            0 => 1,
            1 => 0,
            _ => new[] { 0.1, 0.5, 0.9 }[random.Next(3)],
        };
        bool IsKept(Span span) => kind == 2 ? span.Begun < limit : kind < 2 ? kind == 0 : random.NextDouble() < chance;

        var folders = new HashSet<string>(StringComparer.Ordinal) { root };
        var found = new Dictionary<string, RecordedFile>(StringComparer.Ordinal);
        foreach (var naming in namings.TakeWhile(n => n.Span.Begun < moment))
        {
            var folder = Path.GetDirectoryName(naming.Path)!;
            var syncs = isSynced?.Invoke(folder) != false ? folderSyncs.GetValueOrDefault(folder) : null;
            if (!IsDurable(naming.Span, syncs, moment) && !IsKept(naming.Span))
            {
                continue;
            }

            if (naming.IsFolder)
            {
                folders.Add(naming.Path);
            }
            else if (naming.File is { } file)
            {
                found[naming.Path] = file;
            }
            else
            {
                found.Remove(naming.Path);
            }
        }

        return found.Where(f => folders.Contains(Path.GetDirectoryName(f.Key)!)).ToDictionary(
            f => Path.GetRelativePath(root, f.Key),
            f => f.Value.Content(
                moment,
                isSynced?.Invoke(f.Key) != false,
                IsKept,
                tearing: kind is 3 or 4,
                random));
    }

    private static bool IsDurable(Span span, List<Span>? syncs, int moment) =>
        span.Ended == 0 || syncs?.Exists(s => s.Ended < moment && s.Begun > span.Ended) == true;

    private void Read(Span span, string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.LastIndexOf(") ", StringComparison.Ordinal);
        var result = text[(text.LastIndexOf("= ", StringComparison.Ordinal) + 2)..];
        if (close < 0 || result.StartsWith('-') || result.StartsWith('?'))
        {
            return;
        }

        var name = text[..open];
        var arguments = text[(open + 1)..close].Split(", ");
        if (name == "write" && Bytes(arguments[1]) is var told && told.AsSpan().StartsWith("did "u8))
        {
            foreach (var words in Encoding.ASCII.GetString(told).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.TrimEnd('.').Split(' ')))
            {
                answers.Add((span.Begun, words[1], words[2]));
            }

            return;
        }

        // A file that was opened is told as 12</its/path>, and one that is only named as "/its/path".
        var path = Array.Find(
            [.. arguments.Select(PathOf)],
            p => p?.StartsWith(root + "/", StringComparison.Ordinal) == true || p == root);
        if (path is null || path.EndsWith("-shm", StringComparison.Ordinal))
        {
            return;
        }

        places.Add(span.Begun);
        Assert.True(Known.Contains(name), $"{name} of {path} is not known here.");
        switch (name)
        {
            case "openat" when arguments[2].Contains("O_CREAT", StringComparison.Ordinal) && !names.ContainsKey(path):
                namings.Add(new Naming(span, path, names[path] = new RecordedFile([])));
                break;
            case "unlink":
                names.Remove(path);
                namings.Add(new Naming(span, path, null));
                break;
            case "mkdir":
                namings.Add(new Naming(span, path, null) { IsFolder = true });
                break;
            case "pwrite64":
                names[path].Writes.Add(new Write(span, Number(arguments[3]), Bytes(arguments[1])[..(int)Number(result)]));
                break;
            case "ftruncate":
                names[path].Writes.Add(new Write(span, Number(arguments[1]), null));
                break;
            case "fsync" or "fdatasync" when names.TryGetValue(path, out var file):
                file.Syncs.Add(span);
                break;
            case "fsync" or "fdatasync":
                folderSyncs.TryAdd(path, []);
                folderSyncs[path].Add(span);
                break;
            default:
                // Opened, closed or looked at.
                break;
        }
    }

    private static string? PathOf(string argument)
    {
        var start = argument.StartsWith('"') ? 0 : argument.IndexOf('<', StringComparison.Ordinal);
        return start < 0 || argument[^1] is not ('"' or '>') || argument.Length > 4 * 4096
            ? null
            : Encoding.UTF8.GetString(Bytes(argument[start..]));
    }

    private static long Number(string text) =>
        long.Parse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture);

    // Between two marks, each byte as \x41. What is not told so is of no interest.
    private static byte[] Bytes(string argument)
    {
        var text = argument.AsSpan(1, argument.Length - 2);
        if (text.Length % 4 != 0 || !text.StartsWith("\\x"))
        {
            return [];
        }

        var bytes = new byte[text.Length / 4];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((Digit(text[(4 * i) + 2]) << 4) | Digit(text[(4 * i) + 3]));
        }

        return bytes;

        static int Digit(char digit) => digit <= '9' ? digit - '0' : digit - 'a' + 10;
    }

    /// <summary>The lines on which a call was begun and ended.</summary>
    private readonly record struct Span(int Begun, int Ended);

    /// <summary>A name that got a file, or lost it; or a folder that was made.</summary>
    private sealed record Naming(Span Span, string Path, RecordedFile? File)
    {
        public bool IsFolder { get; init; }
    }

    /// <summary>Bytes that were written at a place, or a size that a file was given.</summary>
    private sealed record Write(Span Span, long Offset, byte[]? Bytes);

    private sealed class RecordedFile(byte[] content)
    {
        public List<Write> Writes { get; } = [];

        public List<Span> Syncs { get; } = [];

        public byte[] Content(int moment, bool isSynced, Func<Span, bool> isKept, bool tearing, Random random)
        {
            var synced = isSynced ? Syncs.Where(s => s.Ended < moment).Select(s => s.Begun).LastOrDefault() : 0;
            var size = content.Length;
            var bytes = content.Length > 0 ? content[..] : new byte[1 << 16];
            foreach (var write in Writes.TakeWhile(w => w.Span.Begun < moment))
            {
                var isDurable = write.Span.Ended < synced;
                if (write.Bytes is not { } data)
                {
                    if (isDurable || isKept(write.Span))
                    {
                        Grow((int)write.Offset);
                        bytes.AsSpan((int)write.Offset).Clear();
                        size = (int)write.Offset;
                    }
                }
                else if (isDurable || !tearing)
                {
                    if (isDurable || isKept(write.Span))
                    {
                        Put((int)write.Offset, data);
                    }
                }
                else
                {
                    for (int done = 0, length; done < data.Length; done += length)
                    {
                        var offset = (int)write.Offset + done;
                        length = Math.Min(data.Length - done, Sector - (offset % Sector));
                        if (isKept(write.Span))
                        {
                            Put(offset, data.AsSpan(done, length));
                        }
                    }
                }
            }

            return bytes[..size];

            void Put(int offset, ReadOnlySpan<byte> data)
            {
                Grow(offset + data.Length);
                data.CopyTo(bytes.AsSpan(offset));
                size = Math.Max(size, offset + data.Length);
            }

            void Grow(int length)
            {
                if (bytes.Length < length)
                {
                    Array.Resize(ref bytes, Math.Max(length, 2 * bytes.Length));
                }
            }
        }
    }
}
