using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

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
internal readonly record struct PosixStatus(
    PosixKind Kind,
    int Mode,
    uint Owner,
    uint Group,
    long Size,
    DateTimeOffset Modified,
    ulong Inode);

/// <summary>
/// The few things about files that .NET does not offer. <c>statx</c> is used because its structure, unlike that of
/// <c>stat</c>, is the same on every processor (see <c>linux/stat.h</c>). Elsewhere than on Linux the same is done as far as
/// .NET does it: files have no owners there, and what only a SARK machine needs is refused.
/// </summary>
internal static class Posix
{
    /// <summary>The system that a test plays; null for the real one.</summary>
    internal static readonly AsyncLocal<string?> PlayedSystem = new();

    /// <summary>Called before each step that changes the disk, with what it does and to what; a test has any of them fail.</summary>
    internal static readonly AsyncLocal<Action<string>?> BeforeStep = new();

    private const string Linux = "Linux";
    private const string Windows = "Windows";
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockDoNotWait = 4;
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int NoSuchProcess = 3;
    private const int Execute = 1;
    private const uint Unchanged = uint.MaxValue;
    private const uint BasicStatistics = 0x7ff;
    private const int NoSuchFile = 2;
    private const int AlreadyThere = 17;
    private const int NotADirectory = 20;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const uint ReplaceNothing = 1;
    private const int OpenDirectory = 0x10000 | 0x80000;
    private const int OpenDirectoryArm = 0x4000 | 0x80000;

    /// <summary>The rights of accounts that are neither owner nor in the group.</summary>
    public const int Everybody = 0b000_000_111;

    /// <summary>Whether files have owners here, and the programs of a SARK machine can run.</summary>
    public static bool IsLinux => System == Linux;

    /// <summary>Whether the process is root's, and so may give files away.</summary>
    public static bool IsRoot => IsLinux && geteuid() == 0;

    private static string System => PlayedSystem.Value ?? (OperatingSystem.IsLinux()
        ? Linux
        : OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? "macOS" : "another system");

    /// <summary>Refuses what only works on Linux.</summary>
    /// <param name="noun">What messages speak of.</param>
    /// <param name="target">What was asked for.</param>
    /// <param name="what">What is not possible, to complete "... needs Linux".</param>
    /// <exception cref="SarkException">This is no Linux (<see cref="SarkErrorKind.Unsupported"/>).</exception>
    public static void RequireLinux(string noun, string target, string what)
    {
        if (!IsLinux)
        {
            throw new SarkException(SarkErrorKind.Unsupported, noun, target, $"{what} needs Linux, and this is {System}.");
        }
    }

    /// <summary>Owner, mode and kind; null when there is nothing of that name.</summary>
    public static PosixStatus? Status(string path)
    {
        if (!IsLinux)
        {
            var file = new FileInfo(path);
            return (int)file.Attributes == -1 ? null
                : file.LinkTarget is not null ? new PosixStatus(PosixKind.Link, 0, 0, 0, 0, file.LastWriteTimeUtc, 0)
                : file.Attributes.HasFlag(FileAttributes.Directory)
                ? new PosixStatus(PosixKind.Directory, ModeOf(file), 0, 0, 0, file.LastWriteTimeUtc, 0)
                : new PosixStatus(PosixKind.Regular, ModeOf(file), 0, 0, file.Length, file.LastWriteTimeUtc, 0);
        }

        var buffer = new byte[256];
        if (statx(CurrentFolder, Bytes(path), DoNotFollow, BasicStatistics, buffer) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoSuchFile or NotADirectory ? null : throw Failure(path, error);
        }

        return Read(buffer);
    }

    /// <summary>
    /// Gives a file a name that nothing has. <c>File.Move</c> only looks before it renames, so that of two at once the later
    /// one would replace what the earlier one was told is there.
    /// </summary>
    /// <exception cref="IOException">Something has the name.</exception>
    public static void MoveNew(string path, string target)
    {
        Step("name", target);
        if (IsLinux)
        {
            if (link(Bytes(path), Bytes(target)) == 0)
            {
                File.Delete(path);
                return;
            }

            if (Marshal.GetLastPInvokeError() == AlreadyThere)
            {
                throw new IOException($"The file '{target}' is there already.", AlreadyThere);
            }
        }

        // Elsewhere, and on file systems without links.
        File.Move(path, target, overwrite: false);
    }

    /// <summary>Whether a path still leads to a file that was opened by it.</summary>
    public static bool IsStill(string path, SafeFileHandle file)
    {
        if (!IsLinux)
        {
            return File.Exists(path);
        }

        var buffer = new byte[256];
        return statx((int)file.DangerousGetHandle(), [0], EmptyPath, BasicStatistics, buffer) == 0
            ? Read(buffer).Inode == Status(path)?.Inode
            : throw Failure(path, Marshal.GetLastPInvokeError());
    }

    private static PosixStatus Read(byte[] buffer)
    {
        // struct statx: uid at 20, gid at 24, mode at 28, inode at 32, size at 40, mtime at 112 and, its nanoseconds, 120.
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
            DateTimeOffset.FromUnixTimeSeconds(BitConverter.ToInt64(buffer, 112))
                .AddTicks(BitConverter.ToUInt32(buffer, 120) / TimeSpan.NanosecondsPerTick), BitConverter.ToUInt64(buffer, 32));
    }

    // Windows has none.
    private static int ModeOf(FileInfo file) => !OperatingSystem.IsWindows() && System != Windows ? (int)file.UnixFileMode : 0;

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

        if (!IsLinux)
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

    /// <summary>
    /// Gives a new file that holds secrets its owner and mode: owner and group of its folder, and readable for that group
    /// only where somebody gave the folder a group of its own, as SARK does for its pages. Never for everybody.
    /// </summary>
    public static void DressAsSecret(string path, PosixStatus folder, bool isWritable = false)
    {
        var isOthersGroup = IsLinux && folder.Group != 0 && folder.Group != getegid();
        TakeOwner(path, folder.Owner, folder.Group);
        if (isOthersGroup && !IsRoot)
        {
            // Allowed to members of the group only; others keep their own, and then the group need not read it.
            isOthersGroup = lchown(Bytes(path), Unchanged, folder.Group) == 0;
        }

        SetMode(path, !isOthersGroup ? 0b110_000_000 : isWritable ? 0b110_110_000 : 0b110_100_000);
    }

    /// <summary>
    /// Claims an open file: shared by those who use it, exclusive for who wants to clear it away. The kernel lets go when
    /// the file is closed, also by the death of the process. Windows has no such locks: there opening it was the claim.
    /// </summary>
    /// <returns>False when somebody else has it.</returns>
    public static bool TryClaim(SafeFileHandle file, bool isExclusive)
    {
        if (OperatingSystem.IsWindows() || flock(file, (isExclusive ? LockExclusive : LockShared) | LockDoNotWait) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        // A file system without such locks has nobody who could hold one.
        return error is not (WouldBlock or WouldBlockOnMac);
    }

    /// <summary>Gives a file the mode, and as root the owner, of another.</summary>
    public static void Like(string path, PosixStatus other)
    {
        TakeOwner(path, other.Owner, other.Group);
        SetMode(path, other.Mode);
    }

    /// <summary>Makes a file that nobody but the account can read, from the moment it exists. There must be none of its name.</summary>
    public static FileStream CreatePrivate(string path, FileShare share)
    {
        Step("make", path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Sets the permission bits.</summary>
    public static void SetMode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)(mode & 0xFFF));
        }
    }

    /// <summary>Whether the account may run a file as a program.</summary>
    public static bool MayExecute(string path) => access(Bytes(path), Execute) == 0;

    /// <summary>Sends a signal to a process and all others of its group.</summary>
    /// <returns>False when the account may not; what is gone already needs no signal.</returns>
    public static bool TrySignalGroup(int leader, int signal) =>
        kill(-leader, signal) == 0 || Marshal.GetLastPInvokeError() == NoSuchProcess;

    /// <summary>Renames whatever a path is, a link that leads nowhere included. What is at the target is never replaced.</summary>
    /// <exception cref="IOException">Something is at the target.</exception>
    public static void Rename(string path, string target)
    {
        Step("rename", target);
        if (IsLinux && RenameNew(path, target) is var error && error is not (InvalidArgument or NotImplemented))
        {
            if (error != 0)
            {
                throw Failure(error == AlreadyThere ? target : path, error);
            }

            return;
        }

        // On some file systems, and elsewhere, looking before is all that can be done.
        if (Status(target) is not null)
        {
            throw new IOException($"{target}: there is something of that name already.", AlreadyThere);
        }

        if (IsLinux)
        {
            if (rename(Bytes(path), Bytes(target)) != 0)
            {
                throw Failure(path, Marshal.GetLastPInvokeError());
            }
        }
        else if (Status(path) is { Kind: PosixKind.Directory })
        {
            Directory.Move(path, target);
        }
        else
        {
            File.Move(path, target);
        }
    }

    private static int RenameNew(string path, string target)
    {
        try
        {
            return renameat2(CurrentFolder, Bytes(path), CurrentFolder, Bytes(target), ReplaceNothing) == 0
                ? 0
                : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return NotImplemented;
        }
    }

    /// <summary>Makes a folder that only the account can enter, unless it is there.</summary>
    public static void CreateFolder(string path)
    {
        Step("make folder", path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes a file with a text that is on the disk when this returns.</summary>
    public static void WriteFlushed(string path, string text)
    {
        Step("write", path);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    /// <summary>Deletes a file, if it is there.</summary>
    public static void Delete(string path)
    {
        Step("delete", path);
        File.Delete(path);
    }

    /// <summary>Deletes a folder with all that is in it.</summary>
    public static void DeleteFolder(string path)
    {
        Step("delete folder", path);
        Directory.Delete(path, recursive: true);
    }

    /// <summary>Makes a rename in a folder last beyond a power failure; only on Linux can a folder be flushed.</summary>
    public static void FlushFolder(string folder)
    {
        Step("flush", folder);
        if (!IsLinux)
        {
            return;
        }

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

    /// <summary>Says that a step is about to change the disk, so that a test can have it fail.</summary>
    public static void Step(string what, string path) => BeforeStep.Value?.Invoke($"{what} {path}");

    private static byte[] Bytes(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private static Exception Failure(string path, int error)
    {
        var message = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is 1 or 13 ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }

    // Source-generated marshalling would ask for unsafe code in the whole project; these few calls are blittable.
#pragma warning disable SYSLIB1054
    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] buffer);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown(byte[] path, uint owner, uint group);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint getegid();

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int access(byte[] path, int mode);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int rename(byte[] path, byte[] target);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int renameat2(int folder, byte[] path, int targetFolder, byte[] target, uint flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int link(byte[] path, byte[] target);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int flock(SafeFileHandle file, int operation);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int handle);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int handle);
#pragma warning restore SYSLIB1054
}
