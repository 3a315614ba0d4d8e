-- How much the cache grows, and what is left when runs are kept as they are.
--
-- PURPOSE   To plan disk and retention.
-- COLUMNS   A row a table: rows as PostgreSQL last counted them, bytes with indexes, rows added in
--           the last day and the bytes that a year of such days would add.
-- COST      Counts the last day of nocs_refresh_run and nocs_balance_history.

WITH recent AS (
    SELECT id FROM nocs_refresh_run WHERE queued_at >= now() - interval '1 day'
),
added (table_name, rows_last_day) AS (
    SELECT 'nocs_refresh_run', count(*) FROM recent
    UNION ALL
    SELECT 'nocs_balance_history', count(*) FROM nocs_balance_history
    WHERE run_id IN (SELECT id FROM recent)
)
SELECT stats.relname AS table_name,
       stats.n_live_tup AS rows_now,
       pg_total_relation_size(stats.relid) AS bytes_now,
       coalesce(added.rows_last_day, 0) AS rows_last_day,
       CASE WHEN stats.n_live_tup > 0
            THEN 365 * coalesce(added.rows_last_day, 0)
                 * pg_total_relation_size(stats.relid) / stats.n_live_tup END AS bytes_a_year
FROM pg_stat_user_tables AS stats
LEFT JOIN added ON added.table_name = stats.relname
WHERE stats.schemaname = current_schema() AND stats.relname LIKE 'nocs\_%'
ORDER BY bytes_now DESC, table_name;
