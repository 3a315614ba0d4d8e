-- 120 days of hourly figures before the demo's first refresh, made backwards from what the
-- synthetic CC&B says now, so that the first real refresh joins on without a step.
--
-- Bills go out on the first days of a month and are paid over its course; prepaid meters are
-- charged before the month begins. Offices take payments by day. Two incidents: area 013 is
-- missing for a night (a label was being renamed), and a bill run of area 007 is posted twice and
-- taken back two days later.
CREATE TEMP TABLE made ON COMMIT DROP AS
WITH moment AS (
    SELECT hour, hour + interval '4 seconds' AS as_of, hour AT TIME ZONE %(zone)s AS clock,
           extract(epoch FROM %(now)s - hour) / 3600 AS age
    FROM generate_series(
        date_trunc('hour', %(now)s - interval '1 hour') - %(days)s * interval '1 day',
        date_trunc('hour', %(now)s - interval '1 hour'), interval '1 hour') AS hour
    UNION ALL
    SELECT NULL, %(now)s, %(now)s AT TIME ZONE %(zone)s, 0
),
rhythm AS (
    SELECT *,
           -- Where the month stands, from 0 to 1, and how far the bills of this month are out.
           (extract(day FROM clock) - 1 + extract(hour FROM clock) / 24) / 31 AS month,
           sin(2 * pi() * (extract(hour FROM clock) - 9) / 24) AS daylight
    FROM moment
),
shape AS (
    SELECT *,
           (1 - 0.0005 * age / 24)
               * (1 + 0.11 * least(month / 0.16, 1) * (1 - month) - 0.0018 * daylight) AS due,
           (1 - 0.0003 * age / 24)
               * (1 + 0.06 * abs(2 * month - 1) + 0.0012 * daylight) AS credit,
           1 - 0.00007 * age / 24 AS growth
    FROM rhythm
),
present AS (SELECT due, credit FROM shape WHERE hour IS NULL),
ratio AS (
    SELECT s.hour, s.as_of, s.age, s.growth, a.*,
           -- Each area drifts and sways in its own way; the sway dies out towards the present.
           s.due / p.due * (1 - 0.0004 * (mod(a.n * 7, 5) - 2) * s.age / 24)
               * (1 + least(s.age / 72, 1) * (0.022 * sin(s.age / (70 + 9 * a.n) + a.n)
                                              + 0.004 * sin(s.age / (7 + a.n) + 2 * a.n))) * CASE WHEN a.nocs_code = '007' AND s.age BETWEEN 19 * 24 AND 21 * 24
                    THEN 1.31 ELSE 1 END AS due_ratio,
           s.credit / p.credit * (1 - 0.0003 * (mod(a.n * 3, 5) - 2) * s.age / 24)
               * (1 + least(s.age / 72, 1) * 0.018 * sin(s.age / (60 + 8 * a.n) + 3 * a.n))
               AS credit_ratio
    FROM shape s CROSS JOIN present p
    CROSS JOIN (SELECT row_number() OVER (ORDER BY nocs_code) AS n, source.*
                FROM now_published AS source) AS a
    WHERE s.hour IS NOT NULL
),
counted AS (
    SELECT *, round(total_customers * growth)::int AS customers,
           round((total_customers - positive_qty - negative_qty) * growth)::int AS zero
    FROM ratio
),
owing AS (
    SELECT *, least(round(negative_qty * growth * (0.6 + 0.4 * due_ratio))::int,
                    customers - zero) AS owe
    FROM counted
)
SELECT as_of, nocs_code, nocs_name, customers AS total_customers,
       customers - zero - owe AS positive_qty, owe AS negative_qty,
       round((positive_balance_amt * credit_ratio)::numeric, 2) AS positive_balance_amt,
       round((negative_balance_amt * due_ratio)::numeric, 2) AS negative_balance_amt
FROM owing
WHERE NOT (nocs_code = '013' AND as_of BETWEEN %(night)s AND %(night)s + interval '7 hours');

WITH run AS (
    INSERT INTO nocs_refresh_run (
        trigger, requested_by, status, queued_at, started_at, finished_at, row_count, warnings,
        source, as_of, unassigned_customers, areas, total_customers, positive_qty,
        positive_balance_amt, negative_qty, negative_balance_amt, net_balance)
    SELECT 'schedule', %(requested_by)s, 'succeeded', as_of - interval '4 seconds',
           as_of - interval '4 seconds', as_of + interval '2 seconds', count(*),
           CASE WHEN count(*) < max(count(*)) OVER ()
                THEN '["area Postogola (013) is no longer in the report"]'::jsonb ELSE '[]'::jsonb END,
           'demo', as_of, 0, count(*), sum(total_customers), sum(positive_qty),
           sum(positive_balance_amt), sum(negative_qty), sum(negative_balance_amt),
           sum(positive_balance_amt + negative_balance_amt)
    FROM made GROUP BY as_of ORDER BY as_of
    RETURNING id, as_of
)
INSERT INTO nocs_balance_history (
    run_id, as_of, nocs_code, nocs_name, total_customers, positive_qty, positive_balance_amt,
    negative_qty, negative_balance_amt, net_balance)
SELECT run.id, as_of, nocs_code, nocs_name, total_customers, positive_qty, positive_balance_amt,
       negative_qty, negative_balance_amt, positive_balance_amt + negative_balance_amt
FROM made JOIN run USING (as_of) ORDER BY run.id, nocs_code;
