-- What a new database needs before anything migrates: three roles, their owner, two extensions. Run as superuser inside
-- the platform's database, by launcher/postgres.py and by the postgres container's first start. Safe to run again.
-- The passwords come as settings of the session: taoxiaopu.owner_password, .app_password, .readonly_password.
DO $$
DECLARE
    role record;
BEGIN
    FOR role IN
        SELECT * FROM (VALUES
            ('taoxiaopu_owner', 'LOGIN CREATEDB', 'taoxiaopu.owner_password'),  -- migrates, backs up, restores
            ('taoxiaopu_app', 'LOGIN', 'taoxiaopu.app_password'),               -- serves; may not change the books
            ('taoxiaopu_readonly', 'LOGIN', 'taoxiaopu.readonly_password')      -- reads figures, no people
        ) AS wanted (name, rights, password)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role.name) THEN
            EXECUTE format('CREATE ROLE %I %s PASSWORD %L', role.name, role.rights, current_setting(role.password));
        END IF;
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO taoxiaopu_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO taoxiaopu_app, taoxiaopu_readonly', current_database());
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM PUBLIC';
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        EXECUTE 'CREATE EXTENSION pg_trgm';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') THEN
        EXECUTE 'CREATE EXTENSION btree_gist';
    END IF;
END
$$;
