#!/bin/sh
# Debian's glance-api (one worker, SQLite, no keystone) with 10,000 images beside Stowage's Glance dialect.
# usage: bench/glance-peer.sh STORE [further arguments of bench/lib/glance-peer.ts]
#   STORE is a folder filled with `stowage bench-data --images 10000`. Needs Debian 12 and root for apt-get.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n '2,5p' "$0"; exit 2; }
if ! command -v glance-api >/dev/null; then
  apt-get install -y --no-install-recommends glance-api
fi
dpkg-query -W -f 'glance-api ${Version}\n' glance-api

# Everything of its own: configuration, database, images folder; nothing of the system is used or started.
work=$(mktemp -d "${TMPDIR:-/tmp}/glance-peer-XXXXXX")
pid=
finish() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
port=${GLANCE_PORT:-19292}
mkdir "$work/images"
cat > "$work/glance-api.conf" <<CONF
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $port
workers = 1
use_stderr = false
log_file = $work/glance-api.log
enabled_import_methods = []
[database]
connection = sqlite:///$work/glance.sqlite
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = $work/images
[paste_deploy]
flavor =
config_file = /etc/glance/glance-api-paste.ini
[oslo_policy]
policy_file = $work/policy.yaml
CONF
: > "$work/policy.yaml"
glance-manage --config-file "$work/glance-api.conf" db_sync >"$work/db_sync.log" 2>&1 || { cat "$work/db_sync.log"; exit 1; }
node "$here/lib/glance-fill.ts" --store "$1" --database "$work/glance.sqlite"
glance-api --config-file "$work/glance-api.conf" >"$work/out.log" 2>&1 &
pid=$!
node "$here/lib/glance-peer.ts" --glance "http://127.0.0.1:$port" --pid "$pid" --store "$@" || { tail -20 "$work/glance-api.log" "$work/out.log"; exit 1; }
