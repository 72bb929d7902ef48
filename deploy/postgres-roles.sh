#!/bin/sh
# Runs once, when the database's volume is new: roles, owner and extensions (roles.sql), passwords from the environment.
set -eu
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
\getenv owner OWNER_PASSWORD
\getenv app APP_PASSWORD
\getenv readonly READONLY_PASSWORD
SELECT set_config('taoxiaopu.owner_password', :'owner', false),
       set_config('taoxiaopu.app_password', :'app', false),
       set_config('taoxiaopu.readonly_password', :'readonly', false)
\g /dev/null
\i /roles.sql
SQL
