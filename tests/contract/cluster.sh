#!/bin/sh
# A private PostgreSQL cluster for the contract tests: start | stop | url.
#
# On Debian and as root it is made with pg_createcluster and run with pg_ctlcluster; anywhere else
# with initdb and pg_ctl, as whoever calls. It listens on 127.0.0.1 only, trusts who is there, and
# does not wait for the disk: nothing in it is to be kept. `start` prints the URL on its last line;
# state is in $GEO_RISK_TEST_CLUSTER (default: /tmp/geo-risk-test-cluster-<uid>).
set -eu

place=${GEO_RISK_TEST_CLUSTER:-/tmp/geo-risk-test-cluster-$(id -u)}
name=georisk$(printf %s "$place" | cksum | cut -d' ' -f1) # two places, two clusters

say() { echo "cluster.sh: $*" >&2; }

version() {
    for folder in $(ls -d /usr/lib/postgresql/*/ 2>/dev/null | sort -rV); do
        if ls "/usr/share/postgresql/$(basename "$folder")/extension/postgis.control" \
            >/dev/null 2>&1; then
            basename "$folder"
            return
        fi
    done
    say "no PostgreSQL with PostGIS; Debian: apt-get install postgresql-15-postgis-3"
    exit 1
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

uses_debian() { [ "$(id -u)" = 0 ] && command -v pg_createcluster >/dev/null; }

settings="listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_recycle = off
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'"

start() {
    if [ -f "$place/url" ] && answers; then
        cat "$place/url"
        return
    fi
    mkdir -p "$place"
    version=$(version)
    port=$(free_port)
    if uses_debian; then
        pg_dropcluster --stop "$version" "$name" >/dev/null 2>&1 || true
        pg_createcluster --port "$port" --locale C.UTF-8 "$version" "$name" -- \
            --auth-local=trust --auth-host=trust >&2
        mkdir -p "/etc/postgresql/$version/$name/conf.d"
        echo "$settings" >"/etc/postgresql/$version/$name/conf.d/test.conf"
        pg_ctlcluster "$version" "$name" start >&2
        user=postgres
        echo "$version" >"$place/debian"
    else
        if [ "$(id -u)" = 0 ]; then
            say "as root this needs Debian's pg_createcluster (apt-get install postgresql-common)"
            exit 1
        fi
        bin=$(pg_bin)
        rm -rf "$place/data"
        "$bin/initdb" --pgdata "$place/data" --auth=trust --username=postgres \
            --encoding=UTF8 --locale=C.UTF-8 >&2
        echo "$settings" >>"$place/data/postgresql.conf"
        "$bin/pg_ctl" --pgdata "$place/data" --log "$place/log" --wait \
            --options "-p $port -k $place" start >&2
        user=postgres
        echo "$bin" >"$place/bin"
    fi
    echo "postgresql+psycopg://$user@127.0.0.1:$port/postgres" >"$place/url"
    cat "$place/url"
}

pg_bin() {
    version=$(version)
    echo "/usr/lib/postgresql/$version/bin"
}

answers() {
    port=$(sed 's/.*127.0.0.1:\([0-9]*\).*/\1/' "$place/url")
    if command -v pg_isready >/dev/null; then
        pg_isready --quiet --host 127.0.0.1 --port "$port"
    else
        "$(pg_bin)/pg_isready" --quiet --host 127.0.0.1 --port "$port"
    fi
}

stop() {
    if [ -f "$place/debian" ]; then
        pg_dropcluster --stop "$(cat "$place/debian")" "$name" >&2 || true
    elif [ -f "$place/bin" ]; then
        "$(cat "$place/bin")/pg_ctl" --pgdata "$place/data" --mode immediate stop >&2 || true
    fi
    rm -rf "$place"
}

case "${1:-}" in
start) start ;;
stop) stop ;;
url) cat "$place/url" ;;
*)
    say "usage: cluster.sh start|stop|url"
    exit 2
    ;;
esac
