-- The totals of all areas, as the cards on the page show them.
--
-- PURPOSE   One line to compare with another report.
-- COLUMNS   net = credit + due; standing says whether the utility owes or is owed.
-- COST      Reads the 17 rows of nocs_balance_summary. One row also of an empty cache, with 0 areas.

SELECT count(*) AS areas,
       coalesce(sum(total_customers), 0) AS total_customers,
       coalesce(sum(positive_qty), 0) AS customers_with_credit,
       coalesce(sum(positive_balance_amt), 0.00) AS credit,
       coalesce(sum(negative_qty), 0) AS customers_with_due,
       coalesce(sum(negative_balance_amt), 0.00) AS due,
       coalesce(sum(net_balance), 0.00) AS net,
       CASE WHEN sum(net_balance) < 0 THEN 'overall due'
            WHEN sum(net_balance) > 0 THEN 'overall credit'
            ELSE 'even' END AS standing
FROM nocs_balance_summary;
