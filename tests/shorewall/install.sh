#!/bin/sh
# Installs Debian's Shorewall for the tests that let it judge rules. They only ever run "check": nothing is started, and
# no firewall of this machine changes. Without it those tests are skipped and say so.
set -e
[ -x /usr/sbin/shorewall ] && [ -x /usr/sbin/shorewall6 ] && exit 0
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends shorewall shorewall6
