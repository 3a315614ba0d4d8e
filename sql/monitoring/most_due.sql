-- The areas whose customers owe most.
--
-- PURPOSE   Where to collect first.
-- COLUMNS   due is negative, as it is stored; due_per_customer is the mean over those who owe.
-- COST      Reads the 17 rows of nocs_balance_summary.

SELECT nocs_code,
       nocs_name,
       negative_qty AS customers_with_due,
       negative_balance_amt AS due,
       round(negative_balance_amt / nullif(negative_qty, 0), 2) AS due_per_customer
FROM nocs_balance_summary
ORDER BY negative_balance_amt, nocs_code
LIMIT 5;
