-- Every area as it is cached, by name.
--
-- PURPOSE   What the page, the workbook and the API show.
-- COLUMNS   Amounts in full; positive = CREDIT (paid in advance), negative = DUE (owed, stored
--           negative); net = credit + due.
-- COST      Reads the 17 rows of nocs_balance_summary.

SELECT nocs_code,
       nocs_name,
       total_customers,
       positive_qty,
       positive_balance_amt,
       negative_qty,
       negative_balance_amt,
       net_balance,
       updated_at
FROM nocs_balance_summary
ORDER BY nocs_name, nocs_code;
