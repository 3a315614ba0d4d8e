-- Names of the NOCS areas in each language that CC&B has one in.
--
-- PURPOSE   The report names an area in one language; pages and workbook in another language name it
--           by this. Run after the report, in the same read-only transaction. No figure depends on
--           it: where it fails the figures are published with the names known before.
-- CONTRACT  NOCS_CODE as in the report, LANGUAGE_TAG ('en' or 'bn'), NOCS_NAME. One row a code and
--           language; others are left out, with a warning.
-- COST      A few dozen rows by the unique index.
-- ADAPT     Whatever you change in nocs_balance_summary.sql: the literal 'CM_NOCS'. The languages:
--           CC&B's own codes, here 'ENG' and 'BEN', and the tags that they stand for.
--           Delete the file where there are names in one language only.

SELECT TRIM(L.CHAR_VAL) AS NOCS_CODE,
       CASE L.LANGUAGE_CD WHEN 'ENG' THEN 'en' WHEN 'BEN' THEN 'bn' END AS LANGUAGE_TAG,
       TRIM(L.DESCR) AS NOCS_NAME
FROM CI_CHAR_VAL_L L
WHERE L.CHAR_TYPE_CD = 'CM_NOCS'
  AND L.LANGUAGE_CD IN ('ENG', 'BEN')
  AND LENGTH(TRIM(L.DESCR)) > 0
