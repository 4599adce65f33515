#!/bin/sh
# The marked subset of the tests against a PostgreSQL (15 or newer) of the system, instead of the embedded one.
set -eu
pytest=$1
sh "$(dirname "$0")/postgres.sh"
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
folder=$(mktemp -d)
port=$((20000 + $$ % 20000))
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
printf 'only-for-this-run' > "$folder.password"
chmod 644 "$folder.password"
stop() { as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder" "$folder.password"; }
trap stop EXIT INT TERM
cd /
as "$bin/initdb" -D "$folder/data" -U tester --pwfile="$folder.password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
as "$bin/pg_ctl" -D "$folder/data" -w -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off" -l "$folder/log" start >/dev/null
PGPASSWORD=only-for-this-run as "$bin/createdb" -h 127.0.0.1 -p "$port" -U tester lianfang_test
cd - >/dev/null
echo "against PostgreSQL of the system: $("$bin/postgres" --version)"
LIANFANG_TEST_DATABASE_URL="postgresql://tester:only-for-this-run@127.0.0.1:$port/lianfang_test" "$pytest" -q -m pg15 tests
