-- How old the figures are, and whether a refresh is on.
--
-- PURPOSE   The first thing to look at when somebody doubts a figure.
-- COLUMNS   as_of is when the source was read, age counts from it; last_run is the newest run,
--           whatever became of it, with its error. Empty as_of: nothing was published yet.
-- COST      Reads two rows of nocs_refresh_run by index.

SELECT published.as_of,
       greatest(clock_timestamp() - published.as_of, interval '0') AS age,
       published.id AS published_run,
       published.source,
       last.id AS last_run,
       last.status AS last_status,
       last.error AS last_error
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (
    SELECT id, as_of, source FROM nocs_refresh_run
    WHERE status = 'succeeded' ORDER BY id DESC LIMIT 1
) AS published ON TRUE
LEFT JOIN LATERAL (
    SELECT id, status, error FROM nocs_refresh_run ORDER BY id DESC LIMIT 1
) AS last ON TRUE;
