#!/bin/sh
# Makes sure that a PostgreSQL of the system's packages is there, for the tests against a server that is not embedded.
set -eu
if [ -n "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing PostgreSQL from the system's packages"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
    exit $?
fi
echo "The tests against an external server need PostgreSQL. Ask an administrator: apt-get install postgresql" >&2
exit 1
