-- What every Oracle session finds without asking: dual, sys_context and nvl.
-- Run once when the server starts, under a lock, because several may start at once.
SELECT pg_advisory_xact_lock(1521);
CREATE SCHEMA IF NOT EXISTS oracle_compat;
GRANT USAGE ON SCHEMA oracle_compat TO PUBLIC;

CREATE OR REPLACE VIEW oracle_compat.dual AS SELECT CAST('X' AS varchar(1)) AS dummy;
GRANT SELECT ON oracle_compat.dual TO PUBLIC;

CREATE OR REPLACE FUNCTION oracle_compat.nvl(anycompatible, anycompatible)
RETURNS anycompatible LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, $2)';

-- Knows what the session was given: current_schema, session_user, service_name; else NULL.
CREATE OR REPLACE FUNCTION oracle_compat.sys_context(namespace text, parameter text)
RETURNS varchar LANGUAGE sql STABLE AS
$$SELECT nullif(current_setting('oracle_wire.' || lower(parameter), true), '')$$;

-- What the current role may do, told as Oracle tells it. PostgreSQL's SELECT is Oracle's READ: it
-- permits no row locks.
CREATE OR REPLACE VIEW oracle_compat.all_tab_privs AS
SELECT CAST(upper(table_schema) AS varchar) AS table_schema,
       CAST(upper(table_name) AS varchar) AS table_name,
       CAST(CASE privilege_type WHEN 'SELECT' THEN 'READ' ELSE privilege_type END AS varchar)
           AS privilege
FROM information_schema.role_table_grants
WHERE grantee IN (current_user, 'PUBLIC');
GRANT SELECT ON oracle_compat.all_tab_privs TO PUBLIC;

CREATE OR REPLACE VIEW oracle_compat.session_privs AS
SELECT CAST('CREATE SESSION' AS varchar) AS privilege
UNION ALL
SELECT CAST('SELECT ANY TABLE' AS varchar) FROM pg_roles WHERE rolname = current_user AND rolsuper;
GRANT SELECT ON oracle_compat.session_privs TO PUBLIC;
