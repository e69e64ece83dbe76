using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SarkPS.Data;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;

namespace SarkPS.Tests.Files;

/// <summary>A SARK machine in a temporary folder: folders, database, and small programs in the place of the machine's.</summary>
public sealed class PbxTree : IDisposable
{
    // Made once; each tree gets a copy.
    private static readonly Lazy<byte[]> EmptyDatabase = new(() =>
    {
        using var folder = new TemporaryFolder();
        EmbeddedDatabase.CreateIfMissing(folder["sark.db"]);
        return File.ReadAllBytes(folder["sark.db"]);
    });

    public PbxTree()
    {
        Root = Directory.CreateTempSubdirectory("sarkps-tree-").FullName;
        Options = new SarkOptions { Root = Root };
        foreach (var folder in new[] {
            Options.Paths.Snapshots, Options.Paths.Backups, Options.Paths.Greetings, Options.Paths.Voicemail,
            Options.Paths.Asterisk, Options.Paths.Shorewall, Options.Paths.Shorewall6, "/var/log/asterisk/cdr-csv",
            "/opt/sark/db" })
        {
            Directory.CreateDirectory(Options.Rooted(folder));
        }

        Database = this[Options.Paths.Database];
        File.WriteAllBytes(Database, EmptyDatabase.Value);
        Operations = new LocalBackend(Options);
    }

    public string Root { get; }

    public SarkOptions Options { get; }

    public LocalBackend Operations { get; }

    public string Database { get; }

    public string this[string path] => Options.Rooted(path);

    public void Dispose()
    {
        Operations.DisposeAsync().AsTask().GetAwaiter().GetResult();
        SqliteConnection.ClearAllPools();
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>Writes a file below the root.</summary>
    public string Write(string path, string content)
    {
        var full = this[path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    /// <summary>Puts a shell script in the place of a program; it notes its arguments in a file beside it.</summary>
    public void Program(string path, string script)
    {
        var full = Write(path, $"#!/bin/sh\necho \"$@\" >> \"$0.log\"\n{script}\n");
        File.SetUnixFileMode(full, (UnixFileMode)0b111_101_101);
    }

    /// <summary>The files that SARK's generator always writes, in its order; those of 6.5 are for chan_pjsip.</summary>
    public static string[] GeneratedFiles(bool isPjsip = false) =>
    [
        "cdr_mysql.conf", "extensions.conf", "sark_moh.conf", "sark_iax_main.conf", "iax.conf",
        .. isPjsip
            ? new[] { "pjsip.conf", "sark_pjsip_transport.conf", "sark_pjsip_ready_phones.conf", "sark_pjsip_ready_webrtc.conf" }
            : ["sark_sip_localnet_header.conf", "sark_sip_registrations.conf", "sip.conf", "sark_sip_main.conf", "sark_meetme.conf"],
        "sark_queues_main.conf", "queues.conf", "features.conf", "voicemail.conf",
    ];

    /// <summary>
    /// Puts a script in the place of SARK's generator that behaves as that does: writes its files one after the other, with
    /// what <see cref="Generates"/> says, then copies the database, and ends with success whatever happened.
    /// </summary>
    /// <param name="before">What the script does first.</param>
    /// <param name="body">What it does instead of writing a file, which is <c>$f</c>: a case of the shell, such as
    /// <c>sip.conf) continue;;</c>.</param>
    /// <param name="isPjsip">Whether it is the one of SARK 6.5.</param>
    public void Generator(string before = "", string body = "", bool isPjsip = false)
    {
        if (!Directory.Exists(this["/bin"]))
        {
            File.CreateSymbolicLink(this["/bin"], "/bin");
        }

        Write("/opt/sark/scripts/srkgenAst", $$"""
            {{before}}
            for f in {{string.Join(' ', GeneratedFiles(isPjsip))}}; do
              case "$f" in
              {{body}}
              esac
              { echo '; generated'; [ ! -e "{{Root}}/content/$f" ] || cat "{{Root}}/content/$f"; } > "{{this[Options.Paths.Asterisk]}}/$f"
            done
            cp "{{Database}}" "{{this["/opt/sark/db/sark.copy.db"]}}"
            mv "{{this["/opt/sark/db/sark.copy.db"]}}" "{{this[Options.Paths.CommittedDatabase]}}"
            exit 0
            """);
    }

    /// <summary>Says what the generator's script writes into a file.</summary>
    public void Generates(string file, string content) => Write("/content/" + file, content);

    /// <summary>What a program was started with, one line each time.</summary>
    public string[] Calls(string path) => File.Exists(this[path] + ".log") ? File.ReadAllLines(this[path] + ".log") : [];

    /// <summary>Changes the database.</summary>
    public void Sql(string sql) => Sql(Database, sql);

    public static void Sql(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False;Default Timeout=30");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Ask(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False;Default Timeout=30");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public object? Ask(string sql) => Ask(Database, sql);

    /// <summary>All files below a folder with their content, to tell whether anything changed.</summary>
    public string Fingerprint(string path) =>
        string.Join("\n", Directory.EnumerateFiles(this[path], "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"));

    /// <summary>Starts the helper program.</summary>
    public static Process Helper(params string[] arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "KillTarget.dll"), .. arguments]);

    /// <summary>Runs the helper as an account that owns nothing; skips the test where that cannot be done.</summary>
    public string AsNobody(params string[] arguments)
    {
        Skip.If(Environment.UserName != "root", "only root can run a process as another account");
        Skip.IfNot(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is not installed");
        // The way into the tree must be open; what is tested is what lies in it.
        File.SetUnixFileMode(Root, (UnixFileMode)0b111_101_101);
        using var process = Start("/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", Path.Combine(
            AppContext.BaseDirectory,
            "KillTarget.dll"), .. arguments]);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Skip.If(
            process.ExitCode != 0 && output.Length == 0,
            $"the helper could not run as another account: {process.StandardError.ReadToEnd()}");
        return output.Trim();
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_HOME"] = "/tmp";
        return Process.Start(start)!;
    }
}
