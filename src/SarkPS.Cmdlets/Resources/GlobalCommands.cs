using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Shows the settings of the whole exchange.</summary>
[Cmdlet(VerbsCommon.Get, "SarkGlobal")]
[OutputType(typeof(Global))]
public sealed class GetSarkGlobalCommand : SarkListCommand<Global>
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() => WriteRows(_ => true));
}

/// <summary>Changes settings of the whole exchange.</summary>
[Cmdlet(VerbsCommon.Set, "SarkGlobal", SupportsShouldProcess = true)]
[OutputType(typeof(Global))]
public sealed class SetSarkGlobalCommand : SarkWriteCommand<Global>
{
    /// <inheritdoc cref="Global.CallTimeout"/>
    [Parameter, Alias("ABSTIMEOUT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? CallTimeout { get; set; }

    /// <inheritdoc cref="Global.AccessList"/>
    [Parameter, Alias("ACL")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? AccessList { get; set; }

    /// <inheritdoc cref="Global.FirstAgent"/>
    [Parameter, Alias("AGENTSTART")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? FirstAgent { get; set; }

    /// <inheritdoc cref="Global.AlertEmail"/>
    [Parameter, Alias("ALERT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertEmail { get; set; }

    /// <inheritdoc cref="Global.HashTransfer"/>
    [Parameter, Alias("ALLOWHASHXFER")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? HashTransfer { get; set; }

    /// <inheritdoc cref="Global.BlindTransferBusy"/>
    [Parameter, Alias("BLINDBUSY")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? BlindTransferBusy { get; set; }

    /// <inheritdoc cref="Global.BounceAlert"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? BounceAlert { get; set; }

    /// <inheritdoc cref="Global.CallParking"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? CallParking { get; set; }

    /// <inheritdoc cref="Global.Recording"/>
    [Parameter, Alias("CALLRECORD1"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <inheritdoc cref="Global.CampOn"/>
    [Parameter, Alias("CAMPONQONOFF")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? CampOn { get; set; }

    /// <inheritdoc cref="Global.CampOnOptions"/>
    [Parameter, Alias("CAMPONQOPT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CampOnOptions { get; set; }

    /// <inheritdoc cref="Global.ExternalForward"/>
    [Parameter, Alias("CFWDEXTRNRULE")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ExternalForward { get; set; }

    /// <inheritdoc cref="Global.ForwardProgress"/>
    [Parameter, Alias("CFWDPROGRESS")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ForwardProgress { get; set; }

    /// <inheritdoc cref="Global.ForwardAnswer"/>
    [Parameter, Alias("CFWDANSWER")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ForwardAnswer { get; set; }

    /// <inheritdoc cref="Global.Tenants"/>
    [Parameter, Alias("CLUSTER")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Tenants { get; set; }

    /// <inheritdoc cref="Global.ConferenceType"/>
    [Parameter, Alias("CONFTYPE"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? ConferenceType { get; set; }

    /// <inheritdoc cref="Global.ClassOfService"/>
    [Parameter, Alias("COSSTART")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ClassOfService { get; set; }

    /// <inheritdoc cref="Global.CountryCode"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CountryCode { get; set; }

    /// <inheritdoc cref="Global.ExternalUrl"/>
    [Parameter, Alias("EURL")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? ExternalUrl { get; set; }

    /// <inheritdoc cref="Global.EmergencyNumber"/>
    [Parameter, Alias("EMERGENCY")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? EmergencyNumber { get; set; }

    /// <inheritdoc cref="Global.HostName"/>
    [Parameter, Alias("FQDN")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? HostName { get; set; }

    /// <inheritdoc cref="Global.InspectHostName"/>
    [Parameter, Alias("FQDNINSPECT")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? InspectHostName { get; set; }

    /// <inheritdoc cref="Global.ProvisionHostName"/>
    [Parameter, Alias("FQDNPROV")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ProvisionHostName { get; set; }

    /// <inheritdoc cref="Global.InternalRingDelay"/>
    [Parameter, Alias("INTRINGDELAY")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? InternalRingDelay { get; set; }

    /// <inheritdoc cref="Global.IvrKeyWait"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? IvrKeyWait { get; set; }

    /// <inheritdoc cref="Global.IvrDigitWait"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? IvrDigitWait { get; set; }

    /// <inheritdoc cref="Global.LocalAccessList"/>
    [Parameter, Alias("LACL")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? LocalAccessList { get; set; }

    /// <inheritdoc cref="Global.LdapBase"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LdapBase { get; set; }

    /// <inheritdoc cref="Global.LdapUnit"/>
    [Parameter, Alias("LDAPOU")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LdapUnit { get; set; }

    /// <inheritdoc cref="Global.LdapUser"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LdapUser { get; set; }

    /// <inheritdoc cref="Global.LdapPassword"/>
    [Parameter, Alias("LDAPPASS")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LdapPassword { get; set; }

    /// <inheritdoc cref="Global.HotDeskLease"/>
    [Parameter, Alias("LEASEHDTIME")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? HotDeskLease { get; set; }

    /// <inheritdoc cref="Global.LocalAddress"/>
    [Parameter, Alias("LOCALIP")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LocalAddress { get; set; }

    /// <inheritdoc cref="Global.LogLevel"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? LogLevel { get; set; }

    /// <inheritdoc cref="Global.SipLogDisplaySize"/>
    [Parameter, Alias("LOGSIPDISPSIZE")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? SipLogDisplaySize { get; set; }

    /// <inheritdoc cref="Global.SipLogFiles"/>
    [Parameter, Alias("LOGSIPNUMFILES")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? SipLogFiles { get; set; }

    /// <inheritdoc cref="Global.SipLogFileSize"/>
    [Parameter, Alias("LOGSIPFILESIZE")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? SipLogFileSize { get; set; }

    /// <inheritdoc cref="Global.LocalTermination"/>
    [Parameter, Alias("LTERM")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? LocalTermination { get; set; }

    /// <inheritdoc cref="Global.MaxIncoming"/>
    [Parameter, Alias("MAXIN")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? MaxIncoming { get; set; }

    /// <inheritdoc cref="Global.MixMonitor"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? MixMonitor { get; set; }

    /// <inheritdoc cref="Global.MonitorOut"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? MonitorOut { get; set; }

    /// <inheritdoc cref="Global.MonitorStage"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? MonitorStage { get; set; }

    /// <inheritdoc cref="Global.MonitorType"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? MonitorType { get; set; }

    /// <inheritdoc cref="Global.NatDefault"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? NatDefault { get; set; }

    /// <inheritdoc cref="Global.Operator"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Operator { get; set; }

    /// <inheritdoc cref="Global.PasswordLength"/>
    [Parameter, Alias("PWDLEN")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? PasswordLength { get; set; }

    /// <inheritdoc cref="Global.PlayBeep"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? PlayBeep { get; set; }

    /// <inheritdoc cref="Global.PlayBusy"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? PlayBusy { get; set; }

    /// <inheritdoc cref="Global.PlayCongested"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? PlayCongested { get; set; }

    /// <inheritdoc cref="Global.PlayTransfer"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? PlayTransfer { get; set; }

    /// <inheritdoc cref="Global.RecordingFolder"/>
    [Parameter, Alias("RECFINALDEST")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? RecordingFolder { get; set; }

    /// <inheritdoc cref="Global.RecordingLimit"/>
    [Parameter, Alias("RECLIMIT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingLimit { get; set; }

    /// <inheritdoc cref="Global.RecordingDither"/>
    [Parameter, Alias("RECQDITHER")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingDither { get; set; }

    /// <inheritdoc cref="Global.RecordingSearchLimit"/>
    [Parameter, Alias("RECQSEARCHLIM")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingSearchLimit { get; set; }

    /// <inheritdoc cref="Global.RingDelay"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RingDelay { get; set; }

    /// <inheritdoc cref="Global.SessionTimeout"/>
    [Parameter, Alias("SESSIONTIMOUT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? SessionTimeout { get; set; }

    /// <inheritdoc cref="Global.SendDomain"/>
    [Parameter, Alias("SENDEDOMAIN")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? SendDomain { get; set; }

    /// <inheritdoc cref="Global.FirstExtension"/>
    [Parameter, Alias("SIPIAXSTART")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? FirstExtension { get; set; }

    /// <inheritdoc cref="Global.SipFlood"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? SipFlood { get; set; }

    /// <inheritdoc cref="Global.SpyPassword"/>
    [Parameter, Alias("SPYPASS")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SpyPassword { get; set; }

    /// <inheritdoc cref="Global.SupervisorEmail"/>
    [Parameter, Alias("SUPEMAIL")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SupervisorEmail { get; set; }

    /// <inheritdoc cref="Global.SystemOperator"/>
    [Parameter, Alias("SYSOP")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SystemOperator { get; set; }

    /// <inheritdoc cref="Global.SystemPassword"/>
    [Parameter, Alias("SYSPASS")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SystemPassword { get; set; }

    /// <inheritdoc cref="Global.TlsPort"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? TlsPort { get; set; }

    /// <inheritdoc cref="Global.UserOneTimePassword"/>
    [Parameter, Alias("USEROTP")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? UserOneTimePassword { get; set; }

    /// <inheritdoc cref="Global.UserCreate"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? UserCreate { get; set; }

    /// <inheritdoc cref="Global.VoicemailDelay"/>
    [Parameter, Alias("VDELAY")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? VoicemailDelay { get; set; }

    /// <inheritdoc cref="Global.VoicemailMaxAge"/>
    [Parameter, Alias("VMAILAGE")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? VoicemailMaxAge { get; set; }

    /// <inheritdoc cref="Global.VoiceInstructions"/>
    [Parameter, Alias("VOICEINSTR")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? VoiceInstructions { get; set; }

    /// <inheritdoc cref="Global.MaxVoip"/>
    [Parameter, Alias("VOIPMAX")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? MaxVoip { get; set; }

    /// <inheritdoc cref="Global.VirtualExtensions"/>
    [Parameter, Alias("VXT")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? VirtualExtensions { get; set; }

    /// <inheritdoc cref="Global.ZeroTouchProvisioning"/>
    [Parameter, Alias("ZTP")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ZeroTouchProvisioning { get; set; }

    /// <inheritdoc cref="Global.SipPort"/>
    [Parameter, Alias("BINDPORT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? SipPort { get; set; }

    /// <inheritdoc cref="Global.DynamicFeatures"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DynamicFeatures { get; set; }

    /// <inheritdoc cref="Global.EmailAlert"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? EmailAlert { get; set; }

    /// <inheritdoc cref="Global.SecondNode"/>
    [Parameter, Alias("HASECNODE")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SecondNode { get; set; }

    /// <inheritdoc cref="Global.LdapAnonymousBind"/>
    [Parameter, Alias("LDAPANONBIND")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? LdapAnonymousBind { get; set; }

    /// <inheritdoc cref="Global.LdapHost"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LdapHost { get; set; }

    /// <inheritdoc cref="Global.LdapTls"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? LdapTls { get; set; }

    /// <inheritdoc cref="Global.NatParameters"/>
    [Parameter, Alias("NATPARAMS")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? NatParameters { get; set; }

    /// <inheritdoc cref="Global.PhoneAdminPassword"/>
    [Parameter, Alias("PADMINPASS")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? PhoneAdminPassword { get; set; }

    /// <inheritdoc cref="Global.PhoneUserPassword"/>
    [Parameter, Alias("PUSERPASS")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? PhoneUserPassword { get; set; }

    /// <inheritdoc cref="Global.RecordingMaxAge"/>
    [Parameter, Alias("RECAGE")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingMaxAge { get; set; }

    /// <inheritdoc cref="Global.RecordingDelimiter"/>
    [Parameter, Alias("RECFILEDLIM")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? RecordingDelimiter { get; set; }

    /// <inheritdoc cref="Global.RecordingGrace"/>
    [Parameter, Alias("RECGRACE")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingGrace { get; set; }

    /// <inheritdoc cref="Global.RecordingMount"/>
    [Parameter, Alias("RECMOUNT")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? RecordingMount { get; set; }

    /// <inheritdoc cref="Global.SipDriver"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SipDriver { get; set; }

    /// <inheritdoc cref="Global.SiteName"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SiteName { get; set; }

    /// <inheritdoc cref="Global.StaticAddress"/>
    [Parameter, Alias("STATICIPV4")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? StaticAddress { get; set; }

    /// <inheritdoc cref="Global.CloudLocation"/>
    [Parameter, Alias("VCL")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CloudLocation { get; set; }

    /// <summary>Passes the changed settings on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The settings as Get-SarkGlobal gave them: what was changed of them since is written.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public override PSObject? InputObject { get; set; }

    // No parameter here: there is one row only.
    /// <inheritdoc/>
    public override string[]? Key { get; set; }
}
