using System.Runtime.InteropServices;
using System.Text;

namespace SarkPS.Data.Files;

/// <summary>What kind of thing a path is.</summary>
internal enum PosixKind
{
    Regular,
    Directory,
    Link,
    Other,
}

/// <summary>Owner and mode of a path, the path itself and not what a link points to.</summary>
internal readonly record struct PosixStatus(PosixKind Kind, int Mode, uint Owner, uint Group, long Size, DateTimeOffset Modified, ulong Inode);

/// <summary>
/// The few things about files that .NET does not offer. <c>statx</c> is used because its structure, unlike that of
/// <c>stat</c>, is the same on every processor (see <c>linux/stat.h</c>).
/// </summary>
internal static class Posix
{
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const uint BasicStatistics = 0x7ff;
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;
    private const int OpenDirectory = 0x10000 | 0x80000;
    private const int OpenDirectoryArm = 0x4000 | 0x80000;

    /// <summary>Whether the process is root's, and so may give files away.</summary>
    public static bool IsRoot => geteuid() == 0;

    /// <summary>Owner, mode and kind; null when there is nothing of that name.</summary>
    public static PosixStatus? Status(string path)
    {
        var buffer = new byte[256];
        if (statx(CurrentFolder, Bytes(path), DoNotFollow, BasicStatistics, buffer) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoSuchFile or NotADirectory ? null : throw Failure(path, error);
        }

        // struct statx: uid at 20, gid at 24, mode at 28, inode at 32, size at 40, mtime at 112.
        int mode = BitConverter.ToUInt16(buffer, 28);
        var kind = (mode & 0xF000) switch
        {
            0x8000 => PosixKind.Regular,
            0x4000 => PosixKind.Directory,
            0xA000 => PosixKind.Link,
            _ => PosixKind.Other,
        };
        return new PosixStatus(
            kind, mode & 0xFFF, BitConverter.ToUInt32(buffer, 20), BitConverter.ToUInt32(buffer, 24), BitConverter.ToInt64(buffer, 40),
            DateTimeOffset.FromUnixTimeSeconds(BitConverter.ToInt64(buffer, 112)), BitConverter.ToUInt64(buffer, 32));
    }

    /// <summary>
    /// Whether two paths lead to one file, whatever links are on the way. Of two that exist the file system is asked; a path
    /// that leads nowhere is the same as none but itself.
    /// </summary>
    public static bool IsSameFile(string one, string other)
    {
        if (Path.GetFullPath(one) == Path.GetFullPath(other))
        {
            return true;
        }

        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var (first, second) = (new byte[256], new byte[256]);
        return statx(CurrentFolder, Bytes(one), 0, BasicStatistics, first) == 0
            && statx(CurrentFolder, Bytes(other), 0, BasicStatistics, second) == 0
            // struct statx: inode at 32, device at 136 and 140.
            && first.AsSpan(32, 8).SequenceEqual(second.AsSpan(32, 8))
            && first.AsSpan(136, 8).SequenceEqual(second.AsSpan(136, 8));
    }

    /// <summary>Gives a file away. Only root can; others leave it as it is.</summary>
    public static void TakeOwner(string path, uint owner, uint group)
    {
        if (IsRoot && lchown(Bytes(path), owner, group) != 0)
        {
            throw Failure(path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Gives a file the mode, and as root the owner, of another.</summary>
    public static void Like(string path, PosixStatus other)
    {
        TakeOwner(path, other.Owner, other.Group);
        SetMode(path, other.Mode);
    }

    /// <summary>Sets the permission bits.</summary>
    public static void SetMode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)(mode & 0xFFF));
        }
    }

    /// <summary>Makes a rename in a folder last beyond a power failure.</summary>
    public static void FlushFolder(string folder)
    {
        var flags = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? OpenDirectoryArm : OpenDirectory;
        var handle = open(Bytes(folder), flags);
        if (handle < 0)
        {
            throw Failure(folder, Marshal.GetLastPInvokeError());
        }

        // Some file systems can not flush a folder and say EINVAL; they have nothing to flush.
        _ = fsync(handle);
        _ = close(handle);
    }

    private static byte[] Bytes(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private static Exception Failure(string path, int error)
    {
        var message = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is 1 or 13 ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }

#pragma warning disable SYSLIB1054 // Source-generated marshalling would ask for unsafe code in the whole project; these six calls are blittable.
    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] buffer);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown(byte[] path, uint owner, uint group);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int handle);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int handle);
#pragma warning restore SYSLIB1054
}
