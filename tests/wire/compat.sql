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
