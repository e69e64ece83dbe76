using System.Runtime.InteropServices;
using System.Text;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// What tells one content of a file from another without reading it. The time of the last change of the file's own data
/// (ctime) cannot be set by anybody, so that a copy that keeps the times of its source is seen as well.
/// </summary>
internal readonly record struct FileStamp(long Written, long Changed, long Size, ulong Inode, ulong Device)
{
    /// <summary>Whether there is a file.</summary>
    public bool Exists => Inode != 0;

    /// <summary>Whether it is the same file, whatever is in it now.</summary>
    public bool IsSameFile(FileStamp other) => Inode == other.Inode && Device == other.Device;
}

/// <summary>A file that is looked at often.</summary>
internal sealed class StampedFile
{
    private const int CurrentFolder = -100;
    private const uint BasicStatistics = 0x7ff;

    private readonly string path;
    private readonly byte[] name;

    public StampedFile(string path)
    {
        this.path = path;
        name = [.. Encoding.UTF8.GetBytes(path), 0];
    }

    /// <summary>Its stamp now, that of what a link leads to; all zeros where there is no such file.</summary>
    public FileStamp Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            var file = new FileInfo(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists
                ? new FileStamp(target.LastWriteTimeUtc.Ticks, target.CreationTimeUtc.Ticks, target.Length, NumberOf(target.FullName), 0)
                : default;
        }

        // struct statx: inode at 32, size at 40, ctime at 96, mtime at 112, device at 136; a time is seconds and, 8 bytes on, nanoseconds.
        // It is the same on every processor. (linux/stat.h)
        Span<byte> status = stackalloc byte[256];
        return statx(CurrentFolder, name, 0, BasicStatistics, ref MemoryMarshal.GetReference(status)) == 0
            ? new FileStamp(
                Time(status, 112),
                Time(status, 96),
                BitConverter.ToInt64(status[40..]),
                BitConverter.ToUInt64(status[32..]),
                BitConverter.ToUInt64(status[136..]))
            : default;
    }

    // There the name that a link leads to stands for the file.
    private static ulong NumberOf(string name) => (uint)name.GetHashCode(StringComparison.Ordinal) | (1UL << 32);

    private static long Time(Span<byte> status, int place) =>
        unchecked((BitConverter.ToInt64(status[place..]) * 1_000_000_000) + BitConverter.ToUInt32(status[(place + 8)..]));

#pragma warning disable SYSLIB1054 // Source-generated marshalling would ask for unsafe code in the whole project; this call is blittable.
    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, ref byte status);
#pragma warning restore SYSLIB1054
}
