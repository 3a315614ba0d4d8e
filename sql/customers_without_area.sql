-- Customers that reach no NOCS area, and so are in no figure of the balance summary.
--
-- PURPOSE   Control beside nocs_balance_summary.sql, run in the same read-only transaction: the
--           page shows the number as a warning, so that nobody is dropped in silence.
-- CONTRACT  One row: UNASSIGNED_CUSTOMERS, UNASSIGNED_CREDIT_AMT (>= 0), UNASSIGNED_DUE_AMT (<= 0).
-- COST      Reads CI_ACCT and the CM_NOCS characteristics; transactions of those accounts only.
-- ADAPT     Whatever you change in the population of nocs_balance_summary.sql, change here too.

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
    SELECT A.ACCT_ID
    FROM CI_ACCT A
    LEFT JOIN PREMISE_NOCS PN ON PN.PREM_ID = A.MAILING_PREM_ID
    WHERE PN.PREM_ID IS NULL
),
ACCOUNT_BALANCE AS (
    SELECT SA.ACCT_ID, SUM(FT.TOT_AMT) * :credit_sign AS BALANCE
    FROM CUSTOMER C
    JOIN CI_SA SA ON SA.ACCT_ID = C.ACCT_ID
    JOIN CI_FT FT ON FT.SA_ID = SA.SA_ID
    WHERE FT.FREEZE_SW = 'Y' AND FT.REDUNDANT_SW = 'N'
    GROUP BY SA.ACCT_ID
)
SELECT COUNT(*) AS UNASSIGNED_CUSTOMERS,
       COALESCE(SUM(CASE WHEN B.BALANCE > 0 THEN B.BALANCE END), 0) AS UNASSIGNED_CREDIT_AMT,
       COALESCE(SUM(CASE WHEN B.BALANCE < 0 THEN B.BALANCE END), 0) AS UNASSIGNED_DUE_AMT
FROM CUSTOMER C
LEFT JOIN ACCOUNT_BALANCE B ON B.ACCT_ID = C.ACCT_ID
