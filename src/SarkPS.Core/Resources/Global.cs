using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>The settings of the whole exchange.</summary>
public sealed class Global : SarkRecord, ISarkResource<Global>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Global> Descriptor { get; } =
        new ResourceBuilder<Global>("Global", "sysglobals", "globals")
            .Integer(nameof(CallTimeout), "ABSTIMEOUT")
            .Flag(nameof(AccessList), "ACL", FlagWords.YesNo)
            .Text(nameof(FirstAgent), "AGENTSTART", Rule.Integer)
            .Text(nameof(AlertEmail), "ALERT", Rule.Email).MayBeEmpty()
            .Flag(nameof(HashTransfer), "ALLOWHASHXFER", FlagWords.Enabled)
            .Text(nameof(BlindTransferBusy), "BLINDBUSY", Rule.Integer, Rule.Nullable).StrictRules(Rule.Nullable)
                .Names(RowNames.Destination)
            .Text(nameof(BounceAlert), "BOUNCEALERT", Rule.Integer, Rule.Nullable)
            .Flag(nameof(CallParking), "CALLPARKING", FlagWords.YesNo)
            .Text(nameof(Recording), "CALLRECORD1", Forms.Recording)
            .Flag(nameof(CampOn), "CAMPONQONOFF", FlagWords.OnOff)
            .Text(nameof(CampOnOptions), "CAMPONQOPT", Rule.String, Rule.Nullable)
            .Flag(nameof(ExternalForward), "CFWDEXTRNRULE", FlagWords.Enabled)
            .Flag(nameof(ForwardProgress), "CFWDPROGRESS", FlagWords.Enabled)
            .Flag(nameof(ForwardAnswer), "CFWDANSWER", FlagWords.Enabled)
            .Flag(nameof(Tenants), "CLUSTER", FlagWords.OnOff)
            .Text(nameof(ConferenceType), "CONFTYPE", Rule.In("simple", "hosted"))
            .Flag(nameof(ClassOfService), "COSSTART", FlagWords.OnOff)
            .Text(nameof(CountryCode), "COUNTRYCODE", Rule.Alpha, Rule.ExactSize(2))
            .Text(nameof(ExternalUrl), "EURL", Rule.Regex(
                @"^(https?:\/\/)?([0-9a-z\.-]+)\.([a-z\.]{2,6})[\/A-Za-z0-9_ \.-]*\/?$",
                "an address such as https://pbx.example.com/path")).MayBeEmpty()
            .Text(nameof(EmergencyNumber), "EMERGENCY", Rule.Digits(3))
            .Text(nameof(HostName), "FQDN", Rule.Regex(
                @"(?i)^(?!:\/\/)(?=.{1,255}$)((.{1,63}\.){1,127}(?![0-9]*$)[a-z0-9-]+\.?)$",
                "a full host name such as pbx.example.com")).MayBeEmpty()
            .Flag(nameof(InspectHostName), "FQDNINSPECT", FlagWords.YesNo)
            .Flag(nameof(ProvisionHostName), "FQDNPROV", FlagWords.YesNo).MayBeEmpty()
            .Integer(nameof(InternalRingDelay), "INTRINGDELAY")
            .Integer(nameof(IvrKeyWait), "IVRKEYWAIT", Rule.Nullable)
            .Integer(nameof(IvrDigitWait), "IVRDIGITWAIT", Rule.Nullable)
            .Flag(nameof(LocalAccessList), "LACL", FlagWords.YesNo).MayBeEmpty()
            .Text(nameof(LdapBase), "LDAPBASE", Rule.String, Rule.Nullable)
            .Text(nameof(LdapUnit), "LDAPOU", Rule.String, Rule.Nullable)
            .Text(nameof(LdapUser), "LDAPUSER", Rule.String, Rule.Nullable)
            .Text(nameof(LdapPassword), "LDAPPASS", Rule.String, Rule.Nullable).Secret()
            .Integer(nameof(HotDeskLease), "LEASEHDTIME")
            .Text(nameof(LocalAddress), "LOCALIP", Rule.Ip).MayBeEmpty()
            .Integer(nameof(LogLevel), "LOGLEVEL")
            .Integer(nameof(SipLogDisplaySize), "LOGSIPDISPSIZE")
            .Integer(nameof(SipLogFiles), "LOGSIPNUMFILES")
            .Integer(nameof(SipLogFileSize), "LOGSIPFILESIZE")
            .Flag(nameof(LocalTermination), "LTERM", FlagWords.YesNo)
            .Integer(nameof(MaxIncoming), "MAXIN").MayBeEmpty()
            .Flag(nameof(MixMonitor), "MIXMONITOR", FlagWords.YesNo).MayBeEmpty()
            .Text(nameof(MonitorOut), "MONITOROUT", Rule.String)
            .Text(nameof(MonitorStage), "MONITORSTAGE", Rule.String)
            .Text(nameof(MonitorType), "MONITORTYPE", Rule.In("monitor", "mixmonitor")).MayBeEmpty()
            .Text(nameof(NatDefault), "NATDEFAULT", Rule.In("local", "remote"))
            .Text(nameof(Operator), "OPERATOR", Rule.Integer)
            .Integer(nameof(PasswordLength), "PWDLEN")
            .Flag(nameof(PlayBeep), "PLAYBEEP", FlagWords.YesNo)
            .Flag(nameof(PlayBusy), "PLAYBUSY", FlagWords.YesNo)
            .Flag(nameof(PlayCongested), "PLAYCONGESTED", FlagWords.YesNo)
            .Flag(nameof(PlayTransfer), "PLAYTRANSFER", FlagWords.YesNo)
            .Text(nameof(RecordingFolder), "RECFINALDEST", Rule.String)
            .Integer(nameof(RecordingLimit), "RECLIMIT")
            .Integer(nameof(RecordingDither), "RECQDITHER")
            .Integer(nameof(RecordingSearchLimit), "RECQSEARCHLIM")
            .Integer(nameof(RingDelay), "RINGDELAY").MayBeEmpty()
            .Integer(nameof(SessionTimeout), "SESSIONTIMOUT")
            .Flag(nameof(SendDomain), "SENDEDOMAIN", FlagWords.YesNo)
            .Text(nameof(FirstExtension), "SIPIAXSTART", Rule.Integer)
            .Flag(nameof(SipFlood), "SIPFLOOD", FlagWords.YesNo)
            .Text(nameof(SpyPassword), "SPYPASS", Rule.Integer).Secret()
            .Text(nameof(SupervisorEmail), "SUPEMAIL", Rule.Email, Rule.Nullable)
            .Text(nameof(SystemOperator), "SYSOP", Rule.Integer).StrictRules().Names(RowNames.Destination)
            .Text(nameof(SystemPassword), "SYSPASS", Rule.Integer).Secret()
            .Integer(nameof(TlsPort), "TLSPORT")
            .Text(nameof(UserOneTimePassword), "USEROTP", Rule.String).Secret().MayBeEmpty()
            .Flag(nameof(UserCreate), "USERCREATE", FlagWords.YesNo)
            .Integer(nameof(VoicemailDelay), "VDELAY")
            .Integer(nameof(VoicemailMaxAge), "VMAILAGE")
            .Flag(nameof(VoiceInstructions), "VOICEINSTR", FlagWords.YesNo)
            .Integer(nameof(MaxVoip), "VOIPMAX")
            .Flag(nameof(VirtualExtensions), "VXT", FlagWords.OneZero)
            .Flag(nameof(ZeroTouchProvisioning), "ZTP", FlagWords.Enabled)
            .Integer(nameof(SipPort), "BINDPORT").Strict()
            .Text(nameof(DynamicFeatures), "DYNAMICFEATURES", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(EmailAlert), "EMAILALERT", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(SecondNode), "HASECNODE", Rule.String, Rule.Nullable).Strict()
            .Flag(nameof(LdapAnonymousBind), "LDAPANONBIND", FlagWords.YesNo).Strict()
            .Text(nameof(LdapHost), "LDAPHOST", Rule.String, Rule.Nullable).Strict()
            .Flag(nameof(LdapTls), "LDAPTLS", FlagWords.OnOffSmall).Strict()
            .Text(nameof(NatParameters), "NATPARAMS", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(PhoneAdminPassword), "PADMINPASS", Rule.String, Rule.Nullable).Secret().Strict()
            .Text(nameof(PhoneUserPassword), "PUSERPASS", Rule.String, Rule.Nullable).Secret().Strict()
            .Integer(nameof(RecordingMaxAge), "RECAGE", Rule.Nullable).Strict()
            .Text(nameof(RecordingDelimiter), "RECFILEDLIM", Rule.String, Rule.Nullable).Strict()
            .Integer(nameof(RecordingGrace), "RECGRACE", Rule.Nullable).Strict()
            .Text(nameof(RecordingMount), "RECMOUNT", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(SipDriver), "SIPDRIVER", Rule.In("chan_sip", "chan_pjsip")).RulesSince(SarkVersion.V65, Rule.In("PJSIP", "SIP"))
                .Strict()
            .Text(nameof(SiteName), "SITENAME", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(StaticAddress), "STATICIPV4", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(CloudLocation), "VCL", Rule.String, Rule.Nullable).Strict()
            .Stamps()
            .Hidden(
                "pkey", "ASTDLIM", "ATTEMPTRESTART", "BINDADDR", "CDR", "CFEXTRN", "DIGITS", "EDOMAIN", "EXTBLKLST",
                "EXTLEN", "EXTLIM", "FAX", "FAXDETECT", "FOPPASS", "FQDNDROPBUFF", "FQDNHTTP", "FQDNTRUST", "G729",
                "HAAUTOFAILBACK", "HACLUSTERIP", "HAENCRYPT", "HAMODE", "HAPRINODE", "HASYNCH", "HAUSECLUSTER", "LANGUAGE",
                "LKEY", "LOCALAREA", "LOCALDLEN", "LOGOPTS", "MEETMEDIAL", "MISDNRUN", "MYCOMMIT", "NUMGROUPS",
                "ONBOARDMENU", "OPRT", "PCICARDS", "PKTINSPECT", "PROXY", "PROXYIGNORE", "RECRSYNCPARMS", "RESTART",
                "RHINOSPF", "RUNFOP", "SIPMULTICAST", "SMSALERT", "SMSC", "SNO", "TFTP", "UNDO", "UNDONUM", "UNDOONOFF",
                "USBRECDISK", "VCLFULL", "VLIBS", "XMPP", "XMPPSERV")
            .Singleton()
            .Hooks(new GlobalHooks())
            .Plural("globals")
            .TableView(
                nameof(HostName), (nameof(LocalAddress), 15), nameof(SipDriver), (nameof(FirstExtension), 14),
                nameof(RingDelay), (nameof(Recording), 9))
            .Build();

    /// <summary>Longest duration of a call, in seconds.</summary>
    public int? CallTimeout { get; init; }

    /// <summary>Whether telephones are admitted by the addresses of an access list only.</summary>
    public bool? AccessList { get; init; }

    /// <summary>First number that agents are given.</summary>
    public string? FirstAgent { get; init; }

    /// <summary>Address that alarms are sent to.</summary>
    public string? AlertEmail { get; init; }

    /// <summary>Whether the hash key transfers a call.</summary>
    public bool? HashTransfer { get; init; }

    /// <summary>Number that a blind transfer to a busy telephone goes to.</summary>
    public string? BlindTransferBusy { get; init; }

    /// <summary>Alert for calls that bounce back from a transfer.</summary>
    public string? BounceAlert { get; init; }

    /// <summary>Whether calls can be parked.</summary>
    public bool? CallParking { get; init; }

    /// <summary>Which calls are recorded: None, OTR (on request), OTRR (on request, from the start), Inbound, Outbound or Both.</summary>
    public string? Recording { get; init; }

    /// <summary>Whether callers may camp on a busy telephone.</summary>
    public bool? CampOn { get; init; }

    /// <summary>Options of the queue that callers camp in.</summary>
    public string? CampOnOptions { get; init; }

    /// <summary>Whether telephones may forward calls to outside.</summary>
    public bool? ExternalForward { get; init; }

    /// <summary>Whether callers hear that a call is forwarded.</summary>
    public bool? ForwardProgress { get; init; }

    /// <summary>Whether forwarded calls are answered before they are passed on.</summary>
    public bool? ForwardAnswer { get; init; }

    /// <summary>Whether the exchange has tenants.</summary>
    public bool? Tenants { get; init; }

    /// <summary>simple: everybody is equal; hosted: a host opens the conference.</summary>
    public string? ConferenceType { get; init; }

    /// <summary>Whether class-of-service rules forbid anything; while it is off, every extension may dial every number.</summary>
    public bool? ClassOfService { get; init; }

    /// <summary>Country of the exchange, two letters.</summary>
    public string? CountryCode { get; init; }

    /// <summary>Address under which the exchange is reached from outside.</summary>
    public string? ExternalUrl { get; init; }

    /// <summary>Number of the emergency services, three digits. No class-of-service rule forbids it.</summary>
    public string? EmergencyNumber { get; init; }

    /// <summary>Full host name of the exchange.</summary>
    public string? HostName { get; init; }

    /// <summary>Whether SIP packets that do not name the host are dropped.</summary>
    public bool? InspectHostName { get; init; }

    /// <summary>Whether telephones are provisioned with the host name.</summary>
    public bool? ProvisionHostName { get; init; }

    /// <summary>Seconds that internal calls ring.</summary>
    public int? InternalRingDelay { get; init; }

    /// <summary>Seconds that a menu waits for a key.</summary>
    public int? IvrKeyWait { get; init; }

    /// <summary>Milliseconds that a menu waits between digits.</summary>
    public int? IvrDigitWait { get; init; }

    /// <summary>Whether the access list holds on the local network too.</summary>
    public bool? LocalAccessList { get; init; }

    /// <summary>Base of the directory.</summary>
    public string? LdapBase { get; init; }

    /// <summary>Organizational unit of the contacts.</summary>
    public string? LdapUnit { get; init; }

    /// <summary>User of the directory.</summary>
    public string? LdapUser { get; init; }

    /// <summary>Password of the directory.</summary>
    internal string? LdapPassword { get; init; }

    /// <summary>Seconds after which a hot desk is given up.</summary>
    public int? HotDeskLease { get; init; }

    /// <summary>Address of the exchange on the local network.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>How much is logged, 0 for the least.</summary>
    public int? LogLevel { get; init; }

    /// <summary>Lines of the SIP log that are shown.</summary>
    public int? SipLogDisplaySize { get; init; }

    /// <summary>Files that the SIP log is kept in.</summary>
    public int? SipLogFiles { get; init; }

    /// <summary>Kilobytes of a file of the SIP log.</summary>
    public int? SipLogFileSize { get; init; }

    /// <summary>Whether calls between tenants stay inside the exchange.</summary>
    public bool? LocalTermination { get; init; }

    /// <summary>Most incoming calls at the same time.</summary>
    public int? MaxIncoming { get; init; }

    /// <summary>Whether both directions are recorded into one file.</summary>
    public bool? MixMonitor { get; init; }

    /// <summary>Folder that recordings are written to.</summary>
    public string? MonitorOut { get; init; }

    /// <summary>Folder that recordings wait in.</summary>
    public string? MonitorStage { get; init; }

    /// <summary>Application of Asterisk that records.</summary>
    public string? MonitorType { get; init; }

    /// <summary>Location that new extensions get.</summary>
    public string? NatDefault { get; init; }

    /// <summary>Number that reaches the operator.</summary>
    public string? Operator { get; init; }

    /// <summary>Length of generated passwords.</summary>
    public int? PasswordLength { get; init; }

    /// <summary>Whether a beep is played before voicemail records.</summary>
    public bool? PlayBeep { get; init; }

    /// <summary>Whether callers hear that a telephone is busy.</summary>
    public bool? PlayBusy { get; init; }

    /// <summary>Whether callers hear that all lines are busy.</summary>
    public bool? PlayCongested { get; init; }

    /// <summary>Whether callers hear that they are transferred.</summary>
    public bool? PlayTransfer { get; init; }

    /// <summary>Folder that recordings end up in.</summary>
    public string? RecordingFolder { get; init; }

    /// <summary>Recordings that are kept.</summary>
    public int? RecordingLimit { get; init; }

    /// <summary>Seconds that times of a search for recordings may differ.</summary>
    public int? RecordingDither { get; init; }

    /// <summary>Most results of a search for recordings.</summary>
    public int? RecordingSearchLimit { get; init; }

    /// <summary>Seconds that calls from outside ring.</summary>
    public int? RingDelay { get; init; }

    /// <summary>Seconds after which an idle browser session ends.</summary>
    public int? SessionTimeout { get; init; }

    /// <summary>Whether telephones are provisioned with the external domain.</summary>
    public bool? SendDomain { get; init; }

    /// <summary>First number that extensions are given.</summary>
    public string? FirstExtension { get; init; }

    /// <summary>Whether floods of SIP packets are held off.</summary>
    public bool? SipFlood { get; init; }

    /// <summary>Digits that let a supervisor listen in.</summary>
    internal string? SpyPassword { get; init; }

    /// <summary>Address of the supervisor.</summary>
    public string? SupervisorEmail { get; init; }

    /// <summary>Extension of the system operator.</summary>
    public string? SystemOperator { get; init; }

    /// <summary>Digits that open the recording of greetings.</summary>
    internal string? SystemPassword { get; init; }

    /// <summary>TCP port of SIP over TLS.</summary>
    public int? TlsPort { get; init; }

    /// <summary>One-time password of the users' panel.</summary>
    internal string? UserOneTimePassword { get; init; }

    /// <summary>Whether a user is made for each new extension.</summary>
    public bool? UserCreate { get; init; }

    /// <summary>Seconds of silence before voicemail speaks.</summary>
    public int? VoicemailDelay { get; init; }

    /// <summary>Days that voicemail is kept.</summary>
    public int? VoicemailMaxAge { get; init; }

    /// <summary>Whether voicemail explains itself to callers.</summary>
    public bool? VoiceInstructions { get; init; }

    /// <summary>Most calls over VoIP trunks at the same time.</summary>
    public int? MaxVoip { get; init; }

    /// <summary>Whether virtual extensions are on.</summary>
    public bool? VirtualExtensions { get; init; }

    /// <summary>Whether unknown telephones are provisioned by themselves.</summary>
    public bool? ZeroTouchProvisioning { get; init; }

    /// <summary>UDP port of SIP.</summary>
    public int? SipPort { get; init; }

    /// <summary>Dynamic features of Asterisk that calls get, separated by hashes.</summary>
    public string? DynamicFeatures { get; init; }

    /// <summary>Address that the exchange sends its notices to.</summary>
    public string? EmailAlert { get; init; }

    /// <summary>Name of the standby machine.</summary>
    public string? SecondNode { get; init; }

    /// <summary>Whether telephones read the directory without a password.</summary>
    public bool? LdapAnonymousBind { get; init; }

    /// <summary>Machine of the directory.</summary>
    public string? LdapHost { get; init; }

    /// <summary>Whether the directory is read over TLS.</summary>
    public bool? LdapTls { get; init; }

    /// <summary>Value of Asterisk's nat option for remote telephones.</summary>
    public string? NatParameters { get; init; }

    /// <summary>Administrator's password on provisioned telephones.</summary>
    internal string? PhoneAdminPassword { get; init; }

    /// <summary>User's password on provisioned telephones.</summary>
    internal string? PhoneUserPassword { get; init; }

    /// <summary>Days that recordings are kept.</summary>
    public int? RecordingMaxAge { get; init; }

    /// <summary>Character between the parts of a recording's file name.</summary>
    public string? RecordingDelimiter { get; init; }

    /// <summary>Days after which recordings past their age are removed.</summary>
    public int? RecordingGrace { get; init; }

    /// <summary>File system that recordings are moved to.</summary>
    public string? RecordingMount { get; init; }

    /// <summary>SIP driver of Asterisk.</summary>
    public string? SipDriver { get; init; }

    /// <summary>Name of the site.</summary>
    public string? SiteName { get; init; }

    /// <summary>Fixed IPv4 address of the exchange.</summary>
    public string? StaticAddress { get; init; }

    /// <summary>Set when the exchange runs in a cloud: new extensions are remote then.</summary>
    public string? CloudLocation { get; init; }

    /// <summary>The globals.</summary>
    public override string ToString() => "Globals";
}
