-- Balances of all customers, summed per NOCS area.
--
-- PURPOSE   The hourly refresh runs this one SELECT, unchanged, on Oracle 12c or newer; the demo
--           runs it on PostgreSQL. It only reads.
-- CONTRACT  Exactly these columns, one row an area, codes unique and not blank:
--           NOCS_CODE, NOCS_NAME, TOTAL_CUSTOMERS, POSITIVE_QTY, POSITIVE_BALANCE_AMT (>= 0),
--           NEGATIVE_QTY, NEGATIVE_BALANCE_AMT (<= 0), NET_BALANCE = positive + negative.
--           positive = CREDIT, paid in advance; negative = DUE, owed.
-- SIGN      :credit_sign is +1 where a positive TOT_AMT is credit, -1 where it is owed, as CC&B
--           is shipped (setting NOCS_CREDIT_SIGN). Nothing else turns a sign around.
-- COST      Reads CI_ACCT, CI_SA and CI_FT once, whole: 5 to 10 minutes at 3 lakh customers.
--           Full scans and hash joins are the right plan; there is nothing for an index to do.
-- WHO       A customer is an account. Counted is every account whose mailing premise reaches a
--           NOCS, whatever its service agreements, also one without any (balance 0).
--           sql/customers_without_area.sql counts those that reach none.
-- ADAPT     * characteristic type and language: the literals 'CM_NOCS' and 'ENG'.
--           * agreement types and statuses: the line marked PREPAID-1 counts the balance of active
--             prepaid agreements only, as it stands. With PREPAID-2 as well, customers that have
--             no such agreement are left out altogether.
--           Join CHAR columns raw (TRIM on a join column defeats its index) and trim what is shown.
--           TRIM of blanks is NULL on Oracle and '' on PostgreSQL: LENGTH(...) > 0 suits both.

WITH PREMISE_NOCS AS (
    -- The characteristic in force today: the latest that is not in the future. (CURRENT_DATE has
    -- a time of day on Oracle. EFFDT is a midnight, so <= holds on the day itself.)
    SELECT P.PREM_ID, P.CHAR_VAL
    FROM (
        SELECT PREM_ID, CHAR_VAL,
               ROW_NUMBER() OVER (PARTITION BY PREM_ID ORDER BY EFFDT DESC) AS RECENCY
        FROM CI_PREM_CHAR
        WHERE CHAR_TYPE_CD = 'CM_NOCS' AND EFFDT <= CURRENT_DATE
    ) P
    WHERE P.RECENCY = 1 AND P.CHAR_VAL <> ' '
),
NOCS_LABEL AS (
    -- One label a code: the English one, else that of another language. Blank is none.
    SELECT CHAR_VAL,
           COALESCE(MAX(CASE WHEN LANGUAGE_CD = 'ENG' THEN DESCR END), MAX(DESCR)) AS DESCR
    FROM CI_CHAR_VAL_L
    WHERE CHAR_TYPE_CD = 'CM_NOCS' AND LENGTH(TRIM(DESCR)) > 0
    GROUP BY CHAR_VAL
),
ACCOUNT_BALANCE AS (
    -- Frozen and not redundant: what is really posted. TOT_AMT is the payoff amount.
    SELECT SA.ACCT_ID, SUM(FT.TOT_AMT) * :credit_sign AS BALANCE
    FROM CI_SA SA
    JOIN CI_FT FT ON FT.SA_ID = SA.SA_ID
    WHERE FT.FREEZE_SW = 'Y' AND FT.REDUNDANT_SW = 'N'
    -- AND SA.SA_TYPE_CD = 'PPD' AND SA.SA_STATUS_FLG = '20' -- PREPAID-1
    GROUP BY SA.ACCT_ID
),
CUSTOMER AS (
    SELECT PN.CHAR_VAL, COALESCE(B.BALANCE, 0) AS BALANCE
    FROM CI_ACCT A
    JOIN PREMISE_NOCS PN ON PN.PREM_ID = A.MAILING_PREM_ID
    LEFT JOIN ACCOUNT_BALANCE B ON B.ACCT_ID = A.ACCT_ID
    -- WHERE A.ACCT_ID IN (SELECT ACCT_ID FROM CI_SA WHERE SA_TYPE_CD = 'PPD' AND SA_STATUS_FLG = '20') -- PREPAID-2
),
AREA AS (
    SELECT CHAR_VAL,
           COUNT(*) AS TOTAL_CUSTOMERS,
           SUM(CASE WHEN BALANCE > 0 THEN 1 ELSE 0 END) AS POSITIVE_QTY,
           SUM(CASE WHEN BALANCE > 0 THEN BALANCE ELSE 0 END) AS POSITIVE_BALANCE_AMT,
           SUM(CASE WHEN BALANCE < 0 THEN 1 ELSE 0 END) AS NEGATIVE_QTY,
           SUM(CASE WHEN BALANCE < 0 THEN BALANCE ELSE 0 END) AS NEGATIVE_BALANCE_AMT,
           SUM(BALANCE) AS NET_BALANCE
    FROM CUSTOMER
    GROUP BY CHAR_VAL
)
SELECT TRIM(AREA.CHAR_VAL) AS NOCS_CODE,
       COALESCE(TRIM(L.DESCR), TRIM(AREA.CHAR_VAL)) AS NOCS_NAME,
       AREA.TOTAL_CUSTOMERS,
       AREA.POSITIVE_QTY,
       AREA.POSITIVE_BALANCE_AMT,
       AREA.NEGATIVE_QTY,
       AREA.NEGATIVE_BALANCE_AMT,
       AREA.NET_BALANCE
FROM AREA
LEFT JOIN NOCS_LABEL L ON L.CHAR_VAL = AREA.CHAR_VAL
ORDER BY 1
