-- Customers that reach no NOCS area, and so are in no figure of the balance summary.
--
-- PURPOSE   Control beside nocs_balance_summary.sql, run in the same read-only transaction: the
--           page shows the number as a warning, so that nobody is dropped in silence.
-- CONTRACT  One row: UNASSIGNED_CUSTOMERS, UNASSIGNED_CREDIT_AMT (>= 0), UNASSIGNED_DUE_AMT (<= 0).
-- SIGN      :credit_sign as in the report.
-- COST      Reads CI_ACCT and the CM_NOCS characteristics whole, and of CI_SA and CI_FT only what
--           belongs to those customers, by their indexes: seconds beside the report's minutes.
-- ADAPT     Whatever you change in nocs_balance_summary.sql, change here too: the literal
--           'CM_NOCS', and the lines marked PREPAID-1 and PREPAID-2.

WITH PREMISE_NOCS AS (
    SELECT P.PREM_ID, P.CHAR_VAL
    FROM (
        SELECT PREM_ID, CHAR_VAL,
               ROW_NUMBER() OVER (PARTITION BY PREM_ID ORDER BY EFFDT DESC) AS RECENCY
        FROM CI_PREM_CHAR
        WHERE CHAR_TYPE_CD = 'CM_NOCS' AND EFFDT <= CURRENT_DATE
    ) P
    WHERE P.RECENCY = 1 AND P.CHAR_VAL <> ' '
),
CUSTOMER AS (
    -- The balance is a subquery, not a join: optimizers guess far too many customers here, and
    -- would read the whole of CI_FT a second time.
    SELECT A.ACCT_ID,
           (
               SELECT SUM(FT.TOT_AMT)
               FROM CI_SA SA
               JOIN CI_FT FT ON FT.SA_ID = SA.SA_ID
               WHERE SA.ACCT_ID = A.ACCT_ID AND FT.FREEZE_SW = 'Y' AND FT.REDUNDANT_SW = 'N'
               -- AND SA.SA_TYPE_CD = 'PPD' AND SA.SA_STATUS_FLG = '20' -- PREPAID-1
           ) AS TOT_AMT
    FROM CI_ACCT A
    LEFT JOIN PREMISE_NOCS PN ON PN.PREM_ID = A.MAILING_PREM_ID
    WHERE PN.PREM_ID IS NULL
    -- AND A.ACCT_ID IN (SELECT ACCT_ID FROM CI_SA WHERE SA_TYPE_CD = 'PPD' AND SA_STATUS_FLG = '20') -- PREPAID-2
),
ACCOUNT_BALANCE AS (
    -- One row in, one row out: the grouping only keeps the subquery from being run several times.
    SELECT ACCT_ID, COALESCE(SUM(TOT_AMT), 0) * :credit_sign AS BALANCE
    FROM CUSTOMER
    GROUP BY ACCT_ID
)
SELECT COUNT(*) AS UNASSIGNED_CUSTOMERS,
       COALESCE(SUM(CASE WHEN BALANCE > 0 THEN BALANCE END), 0) AS UNASSIGNED_CREDIT_AMT,
       COALESCE(SUM(CASE WHEN BALANCE < 0 THEN BALANCE END), 0) AS UNASSIGNED_DUE_AMT
FROM ACCOUNT_BALANCE
