#!/bin/sh
# The marked subset of the tests against a PostgreSQL (15 or newer) of the system, instead of the embedded one.
# A server for each of two workers: roles belong to a server, so workers can't share one.
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
stop() {
    for number in 0 1; do as "$bin/pg_ctl" -D "$folder/$number" -m immediate stop >/dev/null 2>&1 || true; done
    rm -rf "$folder" "$folder.password"
}
trap stop EXIT INT TERM
addresses=""
cd /
for number in 0 1; do
    data=$folder/$number own=$((port + number))
    as "$bin/initdb" -D "$data" -U tester --pwfile="$folder.password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
    as "$bin/pg_ctl" -D "$data" -w -o "-p $own -k $folder -c listen_addresses=127.0.0.1 -c fsync=off" -l "$folder/log$number" start >/dev/null
    PGPASSWORD=only-for-this-run as "$bin/createdb" -h 127.0.0.1 -p "$own" -U tester lianfang_test
    addresses="$addresses postgresql://tester:only-for-this-run@127.0.0.1:$own/lianfang_test"
done
cd - >/dev/null
echo "against PostgreSQL of the system: $("$bin/postgres" --version)"
LIANFANG_TEST_DATABASE_URL=$addresses "$pytest" -q -n 2 --dist loadfile -m pg15 tests
