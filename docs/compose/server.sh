#!/usr/bin/env bash
# The entry of both database servers of compose.yaml. A server whose folder is
# empty becomes a copy of the one that FOLLOWS names, and follows it from then
# on; where it names none, it is a new one. What lies there is started as it is.
set -euo pipefail

passfile=/var/lib/postgresql/.pgpass
printf '*:*:*:replicator:%s\n' "$(cat /run/secrets/replication_password)" >"$passfile"
chown postgres:postgres "$passfile"
chmod 600 "$passfile"

if [ ! -s "$PGDATA/PG_VERSION" ] && [ -n "${FOLLOWS:-}" ]; then
  mkdir -p "$PGDATA"
  chown postgres:postgres "$PGDATA"
  chmod 700 "$PGDATA"
  until gosu postgres pg_basebackup --wal-method=stream --checkpoint=fast --write-recovery-conf --pgdata="$PGDATA" \
    --dbname="host=${FOLLOWS%:*} port=${FOLLOWS##*:} user=replicator passfile=$passfile application_name=standby"; do
    echo "waiting for $FOLLOWS"
    sleep 2
    find "$PGDATA" -mindepth 1 -delete
  done
fi
exec docker-entrypoint.sh "$@"
