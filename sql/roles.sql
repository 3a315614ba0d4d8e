-- Two roles of PostgreSQL with no more rights than their processes need. Run it as the owner of the
-- tables, in the cache's database, after each `nocs migrate`; running it again is harmless:
--
--     psql "$NOCS_OWNER_URL" -f sql/roles.sql
--     psql "$NOCS_OWNER_URL" -c '\password nocs_dashboard' -c '\password nocs_scheduler'
--
-- Contract: nocs_dashboard reads, queues a refresh, writes audit rows, and notes when a token was
-- used. It cannot change a balance. nocs_scheduler publishes; it cannot drop or alter a table, and
-- cannot make a token. Migrations and `nocs token` run as the owner.
-- Cost: none; it locks nothing.

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['nocs_dashboard', 'nocs_scheduler'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
    END LOOP;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO nocs_dashboard, nocs_scheduler;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM nocs_dashboard, nocs_scheduler;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM nocs_dashboard, nocs_scheduler;

-- Both read the whole cache.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO nocs_dashboard, nocs_scheduler;

-- The dashboard: a wish in the queue, a row in the audit, the last use of a token.
GRANT INSERT (trigger, requested_by, slot) ON nocs_refresh_run TO nocs_dashboard;
GRANT INSERT (who, action, address, detail) ON nocs_audit TO nocs_dashboard;
GRANT UPDATE (last_used_at) ON nocs_api_token TO nocs_dashboard;

-- The scheduler: runs, figures and their history, its own sign of life, the rest after a refused
-- login, what is said to people, old rows of the audit.
GRANT INSERT, UPDATE, DELETE ON nocs_refresh_run, nocs_balance_summary, nocs_balance_history,
    nocs_area_name, nocs_scheduler, nocs_source_pause, nocs_alert, nocs_message, nocs_delivery
    TO nocs_scheduler;
GRANT USAGE ON SEQUENCE nocs_balance_summary_id_seq TO nocs_scheduler;
GRANT INSERT (who, action, address, detail) ON nocs_audit TO nocs_scheduler;
GRANT DELETE ON nocs_audit TO nocs_scheduler;
REVOKE SELECT ON nocs_api_token FROM nocs_scheduler;
