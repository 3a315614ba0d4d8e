-- The areas whose customers have paid most in advance.
--
-- PURPOSE   Where most money lies that is not earned yet.
-- COLUMNS   credit_per_customer is the mean over those who have credit.
-- COST      Reads the 17 rows of nocs_balance_summary.

SELECT nocs_code,
       nocs_name,
       positive_qty AS customers_with_credit,
       positive_balance_amt AS credit,
       round(positive_balance_amt / nullif(positive_qty, 0), 2) AS credit_per_customer
FROM nocs_balance_summary
ORDER BY positive_balance_amt DESC, nocs_code
LIMIT 5;
