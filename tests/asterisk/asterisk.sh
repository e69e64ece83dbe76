#!/bin/bash
# A real Asterisk for the tests, from Debian's packages, on loopback and without touching the system.
#
#   asterisk.sh up [ENVFILE]   installs it when it is missing, configures it, starts it and waits until its manager
#                              interface answers; writes NAME=value lines to ENVFILE (to standard output without one)
#   asterisk.sh down           stops it, by its process id; content if none runs
#   asterisk.sh kill           ends it the hard way (the tests of lost connections use this)
#   asterisk.sh restart        down and up again, with what it knows (database, voicemail) kept
#   asterisk.sh install        only the installation
#   asterisk.sh cli COMMAND    a command of its console, for people who look into a failure
#
# Typical use:
#   tests/asterisk/asterisk.sh up /tmp/asterisk.env && set -a && . /tmp/asterisk.env && set +a
#   dotnet test tests/Unit --filter Category=Asterisk
#   tests/asterisk/asterisk.sh down
#
# The tests that need Asterisk are skipped, with this reason, when SARK_TEST_AMI_PORT is not set.
#
# Settings, all from the environment:
#   SARK_ASTERISK_HOME   folder for packages, configuration and state   (default: ${XDG_CACHE_HOME:-~/.cache}/sarkps-asterisk,
#                        for root /var/tmp/sarkps-asterisk)
#   SARK_ASTERISK_SUITE  the Debian release whose packages are taken    (bullseye: the last with chan_sip in Debian)
#   SARK_ASTERISK_MIRROR a Debian mirror                                (the one that this machine's apt uses)
#   SARK_ASTERISK_PORTS  first of ten ports: manager, TLS manager, SIP, PJSIP, IAX2, HTTP, HTTPS   (25038, or the next free one 200 above)
#   SARK_ASTERISK_PEERS  so many further SIP peers, 70000 and up, for measurements    (0)
#
# Exit status: 0 done, 1 it could not be done (standard error says why), 2 wrong usage.
#
# How it works: apt resolves the packages against an empty machine, in a state folder of its own; they are unpacked, not
# installed; Asterisk runs with the dynamic loader and libraries of its own release. Needs apt-get and dpkg-deb.
set -euo pipefail
export LC_ALL=C

self=$(readlink -f "$0")
# Started by root it runs as nobody, who may not look into root's home.
if [ "$(id -u)" = 0 ]; then cache=/var/tmp; else cache=${XDG_CACHE_HOME:-$HOME/.cache}; fi
home=${SARK_ASTERISK_HOME:-$cache/sarkps-asterisk}
suite=${SARK_ASTERISK_SUITE:-bullseye}
base=${SARK_ASTERISK_PORTS:-$(cat "$home/ports" 2>/dev/null || echo 25038)}
peers=${SARK_ASTERISK_PEERS:-0}
tree=$home/tree
etc=$home/etc
state=$home/state
number() { ami=$base tls=$((base + 1)) sip=$((base + 2)) pjsip=$((base + 3)) iax=$((base + 4)) http=$((base + 5)) https=$((base + 6)) nobody=$((base + 9)); }
number
secret=loopback-only

fail() { echo "asterisk.sh: $*" >&2; exit 1; }

# ------------------------------------------------------------------------------------------------ installation

mirror() {
    if [ -n "${SARK_ASTERISK_MIRROR:-}" ]; then echo "$SARK_ASTERISK_MIRROR"; return; fi
    # The first of what apt knows, of what its files say, of what there always is. Read to the end: a program that writes to
    # a pipe which nobody reads any more has failed, and then two of them would be told.
    {
        apt-get indextargets --format '$(REPO_URI)' 2>/dev/null || true
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null \
            | sed -n -e 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' -e 's/^deb[[:space:]]\+\(\[[^]]*\][[:space:]]*\)\?\([^[:space:]]*\).*/\2/p' \
            || true
        echo "http://deb.debian.org/debian"
    } | awk '/\/debian\/*$/ && !found { found = 1; print }'
}

install() {
    [ -x "$tree/usr/sbin/asterisk" ] && return
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "apt-get and dpkg-deb are needed to fetch Asterisk"
    local work=$home/work arch
    arch=$(dpkg --print-architecture)
    rm -rf "$work" "$tree" "$tree.part"
    mkdir -p "$work/lists/partial" "$work/archives/partial" "$tree.part"
    : > "$work/status"
    echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main" > "$work/sources.list"
    cat > "$work/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$work";
Dir::State::Lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work";
APT::Architecture "$arch";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
CONF
    echo "asterisk.sh: fetching Asterisk of Debian $suite into $home" >&2
    apt-get -qq -c "$work/apt.conf" update >&2 || fail "the package lists of Debian $suite could not be fetched"
    # Only Asterisk and libraries: what maintainer scripts would need is of no use to an unpacked tree.
    local wanted
    wanted=$(apt-get -s -c "$work/apt.conf" install asterisk asterisk-voicemail \
        | awk '$1 == "Inst" && $2 ~ /^(asterisk|lib|zlib1g|tzdata)/ && $2 !~ /^lib(perl|semanage|sepol|spandsp|asound|jack|portaudio)/ { print $2 }')
    [ -n "$wanted" ] || fail "apt found no Asterisk in Debian $suite"
    # shellcheck disable=SC2086 # a list of package names
    (cd "$work/archives" && apt-get -qq -c "$work/apt.conf" download $wanted >&2) || fail "the packages could not be fetched"
    local package
    for package in "$work"/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$tree.part" --no-same-owner --exclude='./usr/share/doc*' --exclude='./usr/share/man*' --exclude='./usr/share/locale*'
    done
    mv "$tree.part" "$tree"
    rm -rf "$work"
}

# ------------------------------------------------------------------------------------------------ configuration

conf() { cat > "$etc/$1"; }

configure() {
    mkdir -p "$etc" "$state"/{lib,run,log,spool/voicemail,spool/tmp,keys,agi}
    conf asterisk.conf <<CONF
[directories]
astetcdir => $etc
astmoddir => $tree/usr/lib/asterisk/modules
astvarlibdir => $state/lib
astdbdir => $state/lib
astkeydir => $state/keys
astdatadir => $tree/usr/share/asterisk
astagidir => $state/agi
astspooldir => $state/spool
astrundir => $state/run
astlogdir => $state/log
astsbindir => $tree/usr/sbin
[options]
nocolor = yes
CONF
    # Everything loads except what wants hardware, another server or a port of its own.
    {
        echo "[modules]"
        echo "autoload = yes"
        local module
        for module in \
            app_adsiprog app_alarmreceiver app_amd app_dictate app_festival app_followme app_getcpeid app_ices app_jack app_minivm app_mp3 app_sms app_test \
            cdr_adaptive_odbc cdr_csv cdr_custom cdr_manager cdr_odbc cdr_pgsql cdr_radius cdr_sqlite3_custom cdr_syslog cdr_tds \
            cel_custom cel_manager cel_odbc cel_pgsql cel_radius cel_sqlite3_custom cel_tds \
            chan_alsa chan_console chan_dahdi chan_mgcp chan_motif chan_oss chan_skinny chan_unistim chan_phone chan_rtp \
            format_ogg_vorbis format_ogg_speex func_curl func_odbc pbx_ael pbx_dundi pbx_lua pbx_realtime \
            res_adsi res_ael_share res_ari res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states \
            res_ari_endpoints res_ari_events res_ari_mailboxes res_ari_model res_ari_playbacks res_ari_recordings res_ari_sounds \
            res_calendar res_calendar_caldav res_calendar_ews res_calendar_exchange res_calendar_icalendar res_clialiases \
            res_config_curl res_config_ldap res_config_odbc res_config_pgsql res_config_sqlite res_config_sqlite3 res_curl res_fax res_fax_spandsp \
            res_geolocation res_hep res_hep_pjsip res_hep_rtcp res_http_media_cache res_http_post \
            res_odbc res_odbc_transaction res_parking res_phoneprov res_pjsip_geolocation res_pjsip_stir_shaken res_pjsip_config_wizard res_pjsip_notify res_pjsip_phoneprov_provider \
            res_pjsip_transport_websocket res_resolver_unbound res_smdi res_snmp res_statsd res_stir_shaken res_stun_monitor res_xmpp; do
            echo "noload = $module.so"
        done
    } | conf modules.conf
    conf logger.conf <<'CONF'
[general]
[logfiles]
messages => notice,warning,error
CONF
    local name
    for name in acl ccss cel cdr features pjproject sip_notify udptl users; do echo "; as built" | conf $name.conf; done
    certificate
    # Browsers come over a WebSocket, which they open with TLS only.
    conf http.conf <<CONF
[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = $http
$([ -e "$etc/manager.pem" ] && printf 'tlsenable = yes\ntlsbindaddr = 127.0.0.1:%s\ntlscertfile = %s\n' "$https" "$etc/manager.pem")
CONF
    conf manager.conf <<CONF
[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = $ami
displayconnects = no
$([ -e "$etc/manager.pem" ] && printf 'tlsenable = yes\ntlsbindaddr = 127.0.0.1:%s\ntlscertfile = %s\n' "$tls" "$etc/manager.pem")

; everything, as SARK's documentation asks for
[sark]
secret = $secret
permit = 127.0.0.1/255.255.255.255
read = all
write = all

; exactly what docs/asterisk.md recommends
[least]
secret = $secret
permit = 127.0.0.1/255.255.255.255
read = system,call,agent,user,reporting
write = system,call,agent,user,reporting,originate

; reports only
[watcher]
secret = $secret
permit = 127.0.0.1/255.255.255.255
read = system,call
write = reporting
CONF
    conf rtp.conf <<CONF
[general]
rtpstart = $((base + 100))
rtpend = $((base + 198))
CONF
    conf sip.conf <<CONF
[general]
udpbindaddr = 127.0.0.1:$sip
tcpenable = no
context = refused
allowguest = no
callcounter = yes
qualifyfreq = 5
; the PJSIP half of this Asterisk accepts the first; at the second address nobody is
register => carrier:carrier-pw@127.0.0.1:$pjsip
register => lost:lost-pw@127.0.0.1:$nobody

[desk](!)
type = friend
host = dynamic
secret = desk-pw
context = internal
disallow = all
allow = ulaw
directmedia = no

[401](desk)
callerid = "Ada" <401>
description = Reception
mailbox = 401@default
qualify = yes

[402](desk)
callerid = "Grace" <402>
mailbox = 402@default

[carrier-out]
type = peer
host = 127.0.0.1
port = $pjsip
defaultuser = carrier
fromuser = carrier
remotesecret = carrier-pw
insecure = invite
context = refused
qualify = yes

#include peers.conf
; what a test writes beside this file
#tryinclude tests-sip.conf
CONF
    local i
    for ((i = 0; i < peers; i++)); do printf '[%d](desk)\ncallerid = "Peer %d" <%d>\n' $((70000 + i)) $i $((70000 + i)); done | conf peers.conf
    # The far ends: a carrier that accepts chan_sip's registration, and a telephone that registers as 401 and answers.
    conf pjsip.conf <<CONF
[loopback]
type = transport
protocol = udp
bind = 127.0.0.1:$pjsip

[carrier]
type = endpoint
context = answers
transport = loopback
aors = carrier
auth = carrier
allow = !all,ulaw
direct_media = no
[carrier]
type = auth
auth_type = userpass
username = carrier
password = carrier-pw
[carrier]
type = aor
max_contacts = 1
remove_existing = yes

[phone401]
type = endpoint
context = answers
transport = loopback
aors = phone401
allow = !all,ulaw
direct_media = no
[phone401]
type = aor
contact = sip:401@127.0.0.1:$sip
[phone401]
type = auth
auth_type = userpass
username = 401
password = desk-pw
[phone401]
type = registration
transport = loopback
outbound_auth = phone401
server_uri = sip:127.0.0.1:$sip
client_uri = sip:401@127.0.0.1:$sip
contact_user = 401
retry_interval = 1
max_random_initial_delay = 0
line = yes
endpoint = phone401

; never registers
[450]
type = endpoint
context = internal
transport = loopback
aors = 450
auth = 450
allow = !all,ulaw
callerid = "Hedy" <450>
[450]
type = auth
auth_type = userpass
username = 450
password = desk-pw
[450]
type = aor
max_contacts = 1
CONF
    conf iax.conf <<CONF
[general]
bindaddr = 127.0.0.1:$iax
register => branch:branch-pw@127.0.0.1:$nobody

[branch]
type = peer
host = 127.0.0.1
port = $nobody
username = branch-user
secret = branch-pw
trunk = yes
qualify = yes

[softphone]
type = friend
host = dynamic
secret = branch-pw
context = internal

; what a test writes beside this file
#tryinclude tests-iax.conf
CONF
    conf voicemail.conf <<'CONF'
[general]
format = gsm
maxmsg = 25
[default]
401 => 9876,Ada,ada@example.org
402 => 9876,Grace
; what a test writes beside this file
#tryinclude tests-voicemail.conf
CONF
    conf queues.conf <<'CONF'
[general]
[support]
strategy = rrmemory
servicelevel = 30
member => SIP/401,0,Ada
member => SIP/402,2,Grace
[empty]
strategy = ringall
CONF
    conf agents.conf <<'CONF'
[general]
[3001]
fullname = Agent Ada
[3002]
fullname = Agent Grace
CONF
    conf confbridge.conf <<'CONF'
[general]
[default_user]
type = user
quiet = yes
[chair]
type = user
admin = yes
quiet = yes
[default_bridge]
type = bridge
CONF
    conf musiconhold.conf <<CONF
[default]
mode = files
directory = $state/spool/tmp
CONF
    conf indications.conf <<'CONF'
[general]
country = uk
[uk]
description = United Kingdom
ringcadence = 400,200,400,2000
dial = 350+440
busy = 400/375,0/375
ring = 400+450/400,0/200,400+450/400,0/2000
congestion = 400/400,0/350,400/225,0/525
CONF
    conf extensions.conf <<'CONF'
[general]
static = yes
writeprotect = yes

; what a test writes beside this file
#tryinclude tests-telephones.conf

[internal]
exten => 401,1,Dial(SIP/401,15)
exten => 402,1,Dial(SIP/402,15)
exten => 401,hint,SIP/401
exten => 402,hint,SIP/402
exten => 450,hint,PJSIP/450
; 700 answers and waits, 701 rings, 702 is busy, 703 is congested, 704 goes away
exten => 700,1,Answer()
 same => n,Wait(600)
exten => 701,1,Ringing()
 same => n,Wait(600)
exten => 702,1,Busy(1)
exten => 703,1,Congestion(1)
exten => 704,1,Hangup()
; a conference, for callers and for its chair; a queue without members; an agent who logs in
exten => 710,1,Answer()
 same => n,ConfBridge(710)
exten => 711,1,Answer()
 same => n,ConfBridge(710,default_bridge,chair)
exten => 720,1,Answer()
 same => n,Queue(empty)
exten => 730,1,Answer()
 same => n,AgentLogin(3001,s)

[extensions]
exten => 401,hint,SIP/401

[other]
exten => 700,1,Answer()
 same => n,Wait(600)

[answers]
exten => _.,1,Answer()
 same => n,Wait(600)

[refused]
exten => _.,1,Hangup()

; what a test writes beside this file
#tryinclude tests.conf
CONF
}

# A certificate for the TLS side, made once. Without openssl there is no TLS side, and its test is skipped.
certificate() {
    [ -e "$etc/manager.pem" ] && return
    command -v openssl >/dev/null || return 0
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$etc/manager.key" -out "$etc/manager.crt" 2>/dev/null
    cat "$etc/manager.crt" "$etc/manager.key" > "$etc/manager.pem"
}

# ------------------------------------------------------------------------------------------------ running

pid_file=$state/run/asterisk.pid

# Prints the process id if this very instance runs.
running() {
    local pid
    pid=$(cat "$pid_file" 2>/dev/null) && [ -n "$pid" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-C $etc/asterisk.conf" && echo "$pid"
}

launch() {
    local loader libraries
    loader=$(find "$tree/lib" "$tree/lib64" -name 'ld-linux*' -type f -o -name 'ld-linux*' -type l 2>/dev/null | head -n 1)
    [ -n "$loader" ] || loader=$(find "$tree/lib" -name 'ld-2*.so' | head -n 1)
    libraries=$(find "$tree/lib" "$tree/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*' | paste -sd:)
    exec "$loader" --inhibit-cache --library-path "$libraries:$tree/usr/lib" "$tree/usr/sbin/asterisk" -C "$etc/asterisk.conf" "$@"
}

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$ami") 2>/dev/null; }

# True once a manager user can log in and Asterisk says that it is up.
answers() {
    local line result=1 limit=$((SECONDS + 2))
    { exec 3<>"/dev/tcp/127.0.0.1/$ami"; } 2>/dev/null || return 1
    printf 'Action: Login\r\nUsername: sark\r\nSecret: %s\r\n\r\n' "$secret" >&3
    while [ $SECONDS -lt $limit ] && IFS= read -r -t 1 line <&3; do
        case $line in "Event: FullyBooted"*) result=0; break ;; esac
    done
    exec 3>&-
    return $result
}

up() {
    install
    if ! running >/dev/null; then
        while taken; do
            [ -z "${SARK_ASTERISK_PORTS:-}" ] && [ "$base" -lt 27000 ] || fail "something else listens on 127.0.0.1:$ami; set SARK_ASTERISK_PORTS"
            base=$((base + 200))
            number
        done
        echo "$base" > "$home/ports"
        configure
        rm -f "$pid_file"
        # Root is not needed, and a manager user with write=all can run programs: hand it to nobody.
        local drop=()
        if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
            chown -R 65534:65534 "$state"
            [ ! -e "$etc/manager.pem" ] || chown 65534:65534 "$etc/manager.pem"
            drop=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
        fi
        SARK_ASTERISK_HOME=$home HOME=$state setsid "${drop[@]}" "$self" launch -f -n </dev/null >>"$state/log/console" 2>&1 &
    fi
    local attempt
    for ((attempt = 0; attempt < 300; attempt++)); do
        if answers; then
            settle
            environment "${1:-/dev/stdout}"
            return
        fi
        sleep 0.1
    done
    tail -n 20 "$state/log/console" "$state/log/messages" >&2 || true
    fail "Asterisk did not answer on 127.0.0.1:$ami"
}

# The registrations take a moment after the start; tests want the same picture every time.
settle() {
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        case $(launch_cli "sip show registry")$(launch_cli "sip show peer 401") in *Registered*"Status       : OK"*) return ;; esac
        sleep 0.1
    done
    echo "asterisk.sh: the loopback telephone 401 has not registered" >&2
}

launch_cli() { (launch -rx "$1") 2>/dev/null || true; }

environment() { # file
    local certificate="" tls_port=""
    if [ -e "$etc/manager.pem" ]; then tls_port=$tls; fi
    if [ -e "$etc/manager.crt" ]; then certificate=$etc/manager.crt; fi
    # Quoted for the shell that reads it: a checkout may lie in a folder with blanks in its name.
    printf '%s=%q\n' \
        SARK_TEST_AMI_HOST 127.0.0.1 \
        SARK_TEST_AMI_PORT "$ami" \
        SARK_TEST_AMI_USER sark \
        SARK_TEST_AMI_SECRET "$secret" \
        SARK_TEST_AMI_TLS_PORT "$tls_port" \
        SARK_TEST_AMI_CERTIFICATE "$certificate" \
        SARK_TEST_SIP_PORT "$sip" \
        SARK_TEST_IAX_PORT "$iax" \
        SARK_TEST_WSS_PORT "${tls_port:+$https}" \
        SARK_TEST_ASTERISK "$self" \
        SARK_ASTERISK_HOME "$home" \
        SARK_ASTERISK_PORTS "$base" \
        SARK_ASTERISK_PEERS "$peers" > "$1"
}

stop() { # signal
    local pid attempt
    pid=$(running) || return 0
    kill "-$1" "$pid"
    # Its command line goes before its sockets do.
    for ((attempt = 0; attempt < 200; attempt++)); do
        running >/dev/null || taken || { rm -f "$pid_file"; return 0; }
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    rm -f "$pid_file"
}

case ${1:-} in
    up) up "${2:-}" ;;
    down) stop TERM ;;
    kill) stop KILL ;;
    restart) stop TERM; up /dev/null ;;
    install) install ;;
    cli) shift; launch -rx "$*" ;;
    launch) shift; launch "$@" ;;
    *) sed -n '2,12p' "$self" >&2; exit 2 ;;
esac
