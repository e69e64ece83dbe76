using System.ComponentModel.DataAnnotations;

namespace SarkPS;

/// <summary>
/// Everything that differs between installations. The service binds it from the configuration section <c>Sark</c>;
/// the module fills it from the parameters of <c>Connect-Sark</c>.
/// </summary>
public sealed class SarkOptions
{
    /// <summary>The SQLite database. Null: SARK's own if it is there, else an embedded one in the user's data folder.</summary>
    public string? Database { get; set; }

    /// <summary>
    /// The version of SARK, 6.2 or 6.5, whose tables an embedded database gets; used only when one is made. Null: 6.2.
    /// </summary>
    public string? Version { get; set; }

    /// <summary>
    /// Prefix for every path that SARK uses, so that everything can run in a temporary tree. <c>/</c> on a real machine, and
    /// without it. To name <c>/</c> says that a <see cref="Database"/> from another place belongs to this machine all the
    /// same.
    /// </summary>
    public string? Root { get; set; }

    /// <summary>Whether paths are this machine's own and not those of a tree.</summary>
    public bool IsWholeMachine => Root is null or "/" or "";

    /// <summary>
    /// How much memory, in bytes, the service may use to keep answers until the database changes; 0 keeps none. Changes by
    /// other programs are noticed at once.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long ReadCacheBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>What becomes of a change that cannot be noted in the journal.</summary>
    public JournalUse Journal { get; set; }

    /// <summary>How many days changes are remembered.</summary>
    [Range(1, 36_500)]
    public int JournalDays { get; set; } = 730;

    /// <summary>How many bytes the journal has at most, about; the oldest changes are forgotten first.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long JournalBytes { get; set; } = 1L << 30;

    /// <summary>Where SARK keeps its files, below <see cref="Root"/>.</summary>
    public SarkPaths Paths { get; set; } = new();

    /// <summary>How to reach the Asterisk Manager Interface.</summary>
    public AmiOptions Ami { get; set; } = new();

    /// <summary>The programs that may be started. Nothing else ever is.</summary>
    public CommandOptions Commands { get; set; } = new();

    /// <summary>How large uploads and archives may be.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>What becomes of values that SARK's own programs cannot carry.</summary>
    public FormOptions Forms { get; set; } = new();

    /// <summary>A path of <see cref="Paths"/> below <see cref="Root"/>.</summary>
    /// <param name="path">An absolute path as it is on a real machine.</param>
    public string Rooted(string path) => IsWholeMachine ? path : Path.Combine(Root!, path.TrimStart('/'));

    /// <summary>
    /// The full path of a program. With a <see cref="Root"/> of one's own a program is taken from below it, or from where
    /// the configuration says; never from the default place, or a tree made for a rehearsal could reboot the machine.
    /// </summary>
    /// <param name="select">Which of <see cref="CommandOptions"/>.</param>
    public string Program(Func<CommandOptions, string> select)
    {
        var path = select(Commands);
        var rooted = Rooted(path);
        return File.Exists(rooted) || path == select(CommandOptions.Default) ? rooted : path;
    }
}

/// <summary>What becomes of a change that cannot be noted in the journal, <c>Sark:Paths:Journal</c>.</summary>
public enum JournalUse
{
    /// <summary>It is refused.</summary>
    Required,

    /// <summary>It is made, and found later as if another program had made it: without a name, and it cannot be told from others.</summary>
    Optional,
}

/// <summary>
/// Folders and files of a SARK machine. Absolute, as on a real machine; <see cref="SarkOptions.Root"/> comes before them.
/// </summary>
public sealed class SarkPaths
{
    /// <summary>Where they lie on every SARK machine.</summary>
    internal static SarkPaths Default { get; } = new();

    /// <summary>The live database of SARK.</summary>
    public string Database { get; set; } = "/opt/sark/db/sark.db";

    /// <summary>Snapshots of the database, <c>sark.db.&lt;epoch&gt;</c>.</summary>
    public string Snapshots { get; set; } = "/opt/sark/snap";

    /// <summary>Backup archives, <c>sarkbak.&lt;epoch&gt;.zip</c>.</summary>
    public string Backups { get; set; } = "/opt/sark/bkup";

    /// <summary>Asterisk's sounds; user greetings lie here as <c>usergreetingNNNN.wav</c>, <c>.mp3</c> or <c>.gsm</c>.</summary>
    public string Greetings { get; set; } = "/usr/share/asterisk/sounds";

    /// <summary>Voicemail messages.</summary>
    public string Voicemail { get; set; } = "/var/spool/asterisk/voicemail";

    /// <summary>Asterisk's configuration.</summary>
    public string Asterisk { get; set; } = "/etc/asterisk";

    /// <summary>Shorewall's configuration for IPv4.</summary>
    public string Shorewall { get; set; } = "/etc/shorewall";

    /// <summary>Shorewall's configuration for IPv6.</summary>
    public string Shorewall6 { get; set; } = "/etc/shorewall6";

    /// <summary>The file in <see cref="Shorewall"/> that holds SARK's rules; Shorewall's own <c>rules</c> includes it.</summary>
    public string ShorewallRules { get; set; } = "sark_rules";

    /// <summary>The file in <see cref="Shorewall6"/> that holds SARK's rules.</summary>
    public string Shorewall6Rules { get; set; } = "sark_rules6";

    /// <summary>
    /// The copy of the database that SARK's programs read while calls run. SARK takes it with every commit, whatever became
    /// of that, and with every change of a timer's state.
    /// </summary>
    public string CommittedDatabase { get; set; } = "/opt/sark/db/sark.rdonly.db";

    /// <summary>The copy of the database that SarkPS keeps of what it last committed with success.</summary>
    public string GeneratedDatabase { get; set; } = "/opt/sark/db/sarkps.committed.db";

    /// <summary>The file that is there while SARK's own pages show that a commit is due.</summary>
    public string CommitFlag { get; set; } = "/opt/sark/cache/commitflag";

    /// <summary>
    /// The journal of changes of the database <see cref="Database"/>. Any other database has its own beside it, called
    /// <c>NAME.journal.db</c>, unless another path than this is named.
    /// </summary>
    public string Journal { get; set; } = "/var/lib/sarkps/journal.db";

    /// <summary>
    /// What the service keeps for itself, the tokens that were made while it ran among it. Another database than
    /// <see cref="Database"/> has its own beside it, called <c>NAME.service.db</c>, unless another path than this is named.
    /// </summary>
    public string Service { get; set; } = "/var/lib/sarkps/service.db";

    /// <summary>
    /// The certificate that the service makes for itself where it is given none, PEM, with its private key. With another database
    /// than <see cref="Database"/> it is <c>NAME.service.pem</c> beside that, unless another path than this is named.
    /// </summary>
    public string Certificate { get; set; } = "/var/lib/sarkps/service.pem";

    /// <summary>The files of the LDAP directory, emptied and filled again when an LDAP export is restored.</summary>
    public string Ldap { get; set; } = "/var/lib/ldap";

    /// <summary>Asterisk's call records as CSV.</summary>
    public string CallRecords { get; set; } = "/var/log/asterisk/cdr-csv/Master.csv";
}

/// <summary>How to reach the Asterisk Manager Interface.</summary>
public sealed class AmiOptions
{
    private static readonly AmiOptions Default = new();

    /// <summary>Whether it was said which Asterisk is meant, or as whom: else it is this machine's, with the secret in its files.</summary>
    internal bool IsNamed => Host != Default.Host || Port != Default.Port || User != Default.User || Secret is not null;

    /// <summary>Host name or address.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>TCP port; 5038 is Asterisk's own default, 5039 with TLS.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 5038;

    /// <summary>Manager user, as in <c>manager.conf</c>.</summary>
    public string User { get; set; } = "sark";

    /// <summary>Its secret. Never logged, never in an error.</summary>
    public string? Secret { get; set; }

    /// <summary>Speak TLS.</summary>
    public bool Tls { get; set; }

    /// <summary>
    /// A PEM file with the certificate, or the authority, that Asterisk's must come from. Null: the system's authorities.
    /// Asterisk's own tools make self-signed certificates, which only this accepts.
    /// </summary>
    public string? TlsCertificate { get; set; }

    /// <summary>How to log in. The challenge keeps the secret off the wire; plain is for the few servers without MD5.</summary>
    public AmiLogin Login { get; set; } = AmiLogin.Challenge;

    /// <summary>After how long without a word from Asterisk it is asked whether it is still there. Zero: never.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many events are kept for watchers that come back and ask for what they missed.</summary>
    [Range(0, int.MaxValue)]
    public int EventBuffer { get; set; } = 2000;

    /// <summary>The dial plan context in which the caller's own telephone is rung. SARK's own is <c>internal</c>.</summary>
    public string CallerContext { get; set; } = "internal";

    /// <summary>How long one action may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>How to log in to the Asterisk Manager Interface.</summary>
public enum AmiLogin
{
    /// <summary>By the MD5 sum of a challenge and the secret.</summary>
    Challenge,

    /// <summary>With the secret itself. Sensible over TLS or loopback only.</summary>
    Plain,
}

/// <summary>
/// Full paths of the programs that the product may start, always with a fixed list of arguments and never through a
/// shell's command line. <see cref="SarkOptions.Program"/> says which file a path means.
/// </summary>
public sealed class CommandOptions
{
    internal static CommandOptions Default { get; } = new();

    /// <summary>systemctl, for starting, stopping and asking after Asterisk, and for a reboot.</summary>
    public string Systemctl { get; set; } = "/bin/systemctl";

    /// <summary>The Shorewall compiler for IPv4.</summary>
    public string Shorewall { get; set; } = "/sbin/shorewall";

    /// <summary>The Shorewall compiler for IPv6.</summary>
    public string Shorewall6 { get; set; } = "/sbin/shorewall6";

    /// <summary>
    /// The shell that SARK's scripts are handed to, as file and without further arguments; they are not all marked
    /// executable.
    /// </summary>
    public string Shell { get; set; } = "/bin/sh";

    /// <summary>SARK's generator: writes Asterisk's configuration from the database and has Asterisk read it. This is a commit.</summary>
    public string Generator { get; set; } = "/opt/sark/scripts/srkgenAst";

    /// <summary>SARK's script that has Asterisk read its configuration again.</summary>
    public string Reload { get; set; } = "/opt/sark/scripts/srkreload";

    /// <summary>SARK's script that brings a restored database to the schema of the installed release.</summary>
    public string Upgrade { get; set; } = "/opt/sark/scripts/srkV4reloader.sh";

    /// <summary>Writes the LDAP directory as LDIF.</summary>
    public string Slapcat { get; set; } = "/usr/sbin/slapcat";

    /// <summary>Reads LDIF into an empty LDAP directory.</summary>
    public string Slapadd { get; set; } = "/usr/sbin/slapadd";

    /// <summary>
    /// The program that other programs are started with when the product does not run as root, such as
    /// <c>/usr/bin/sudo</c>; null starts them directly.
    /// </summary>
    public string? Sudo { get; set; }

    /// <summary>Asterisk's unit in systemd.</summary>
    public string AsteriskUnit { get; set; } = "asterisk";

    /// <summary>The LDAP server's unit in systemd.</summary>
    public string LdapUnit { get; set; } = "slapd";

    /// <summary>How long a question such as <c>systemctl show</c> may take.</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a start, a stop, a Shorewall check or a restart may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a commit, a database upgrade or an LDAP export may take.</summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>What becomes of a value that SARK's own programs cannot carry.</summary>
public enum FormPolicy
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>
    /// A client that does not ask to be read strictly may write it, as sark6api let it, and is warned. The module's commands
    /// never may.
    /// </summary>
    Warn,
}

/// <summary>
/// What becomes of values that SARK's own programs cannot carry, for each <see cref="Rules.ValueForm"/>. It is for clients
/// of old that cannot be changed at once.
/// </summary>
public sealed class FormOptions
{
    /// <summary>Keys of tenants.</summary>
    public FormPolicy Tenant { get; set; }

    /// <summary>Other keys, which become names of contexts and sections.</summary>
    public FormPolicy Key { get; set; }

    /// <summary>Numbers that are dialled.</summary>
    public FormPolicy Number { get; set; }

    /// <summary>Patterns of numbers.</summary>
    public FormPolicy Patterns { get; set; }

    /// <summary>Passwords and other secrets.</summary>
    public FormPolicy Secret { get; set; }

    /// <summary>Names that telephones show.</summary>
    public FormPolicy Name { get; set; }

    /// <summary>Names of peers.</summary>
    public FormPolicy Peer { get; set; }

    /// <summary>Texts of one line.</summary>
    public FormPolicy Line { get; set; }

    /// <summary>Lines of sections of Asterisk's configuration.</summary>
    public FormPolicy Section { get; set; }

    /// <summary>Lines of telephones' configuration files.</summary>
    public FormPolicy Note { get; set; }

    /// <summary>What becomes of a value of this form.</summary>
    internal FormPolicy Of(Rules.ValueForm form) => form.Word switch
    {
        nameof(Tenant) => Tenant,
        nameof(Key) => Key,
        nameof(Number) => Number,
        nameof(Patterns) => Patterns,
        nameof(Secret) => Secret,
        nameof(Name) => Name,
        nameof(Peer) => Peer,
        nameof(Line) => Line,
        nameof(Section) => Section,
        _ => Note,
    };
}

/// <summary>How large uploads and archives may be, in bytes, and how many files are kept.</summary>
public sealed class LimitOptions
{
    /// <summary>The largest snapshot that is taken in.</summary>
    [Range(1, long.MaxValue)]
    public long Snapshot { get; set; } = 512L << 20;

    /// <summary>
    /// How many snapshots stay; when another is taken, the oldest beyond it go, but never one of the last five that restores
    /// kept the replaced database as. 0 keeps all.
    /// </summary>
    public int KeptSnapshots { get; set; } = 500;

    /// <summary>The largest backup archive that is taken in.</summary>
    [Range(1, long.MaxValue)]
    public long Backup { get; set; } = 16L << 30;

    /// <summary>The largest greeting that is taken in.</summary>
    [Range(1, long.MaxValue)]
    public long Greeting { get; set; } = 32L << 20;

    /// <summary>The most that the files of one archive may hold together when unpacked.</summary>
    [Range(1, long.MaxValue)]
    public long BackupContent { get; set; } = 64L << 30;

    /// <summary>The most files that one archive may hold.</summary>
    [Range(1, int.MaxValue)]
    public int BackupEntries { get; set; } = 500_000;
}
