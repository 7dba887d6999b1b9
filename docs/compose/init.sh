#!/usr/bin/env bash
# Runs once, in a new server: the roles, the empty database, and that a commit
# counts when the standby has it. The last takes effect at the start that
# follows; the standby copies it.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --set=bot="$(cat /run/secrets/db_password)" \
  --set=replication="$(cat /run/secrets/replication_password)" <<'SQL'
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replication';
CREATE ROLE hanout LOGIN PASSWORD :'bot';
GRANT pg_read_all_stats TO hanout;
CREATE DATABASE hanout OWNER hanout;
ALTER SYSTEM SET synchronous_standby_names = '*';
SQL
echo 'host replication replicator all scram-sha-256' >>"$PGDATA/pg_hba.conf"
