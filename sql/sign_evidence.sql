-- What sign payments and bills have in this CC&B: the evidence for NOCS_CREDIT_SIGN.
--
-- PURPOSE   A payment (PS) works towards credit, a bill segment (BS) towards due. Where payments sum
--           positive and bills negative, a positive TOT_AMT is credit: NOCS_CREDIT_SIGN=1. Where it
--           is the other way round, as CC&B is shipped, a positive TOT_AMT is owed:
--           NOCS_CREDIT_SIGN=-1. A refresh whose evidence contradicts the setting is not published,
--           because credit would be shown as due.
-- CONTRACT  Two rows, PS and BS: FT_TYPE_FLG, ENTRIES, TOT_AMT (the sum, signed as CC&B signs it).
-- COST      At most 10,000 entries of each type out of the last 60 days, found by the index
--           (ACCOUNTING_DT, SA_ID): little beside the report, and in the same read-only
--           transaction. Any such entries serve: none are sorted, CI_FT is not read whole.
-- ADAPT     A longer window where bills are rarer than every 60 days: CURRENT_DATE - 60.
-- WHOLE     The same over all of CI_FT, for a DBA with time:
--           SELECT FT_TYPE_FLG, COUNT(*), SUM(TOT_AMT) FROM CI_FT
--           WHERE FREEZE_SW = 'Y' GROUP BY FT_TYPE_FLG

SELECT 'PS' AS FT_TYPE_FLG, COUNT(*) AS ENTRIES, COALESCE(SUM(PAYMENT.TOT_AMT), 0) AS TOT_AMT
FROM (
    SELECT TOT_AMT FROM CI_FT
    WHERE FT_TYPE_FLG = 'PS' AND FREEZE_SW = 'Y' AND ACCOUNTING_DT >= CURRENT_DATE - 60
    FETCH FIRST 10000 ROWS ONLY
) PAYMENT
UNION ALL
SELECT 'BS', COUNT(*), COALESCE(SUM(BILL.TOT_AMT), 0)
FROM (
    SELECT TOT_AMT FROM CI_FT
    WHERE FT_TYPE_FLG = 'BS' AND FREEZE_SW = 'Y' AND ACCOUNTING_DT >= CURRENT_DATE - 60
    FETCH FIRST 10000 ROWS ONLY
) BILL
