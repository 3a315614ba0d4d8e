-- What the Oracle user of this program needs, and nothing more. For a DBA to run, in SQL*Plus or
-- any other tool, as a user who may create users and grant on CISADM's tables.
--
-- PURPOSE   A user that can log in and read the tables of the report. It can change nothing, not
--           even lock a row: READ, unlike SELECT, does not permit SELECT ... FOR UPDATE.
-- CHECK     `nocs source check` compares the user's privileges with these, and names what is
--           missing and what should be revoked.
-- ADAPT     User name, schema (NOCS_ORACLE_SCHEMA), and the tables of a report of your own.
--           READ needs Oracle 12.1.0.2 or newer; before that, GRANT SELECT.
--           On a read-only standby run it on the primary.

CREATE USER NOCS_READER IDENTIFIED BY "choose-a-long-password";

GRANT CREATE SESSION TO NOCS_READER;

GRANT READ ON CISADM.CI_ACCT TO NOCS_READER;
GRANT READ ON CISADM.CI_SA TO NOCS_READER;
GRANT READ ON CISADM.CI_FT TO NOCS_READER;
GRANT READ ON CISADM.CI_PREM_CHAR TO NOCS_READER;
GRANT READ ON CISADM.CI_CHAR_VAL_L TO NOCS_READER;

-- Recommended: one forgotten session or a wrong plan must not hold the database up for hours.
-- CREATE PROFILE NOCS_READER LIMIT SESSIONS_PER_USER 4 CONNECT_TIME 60 IDLE_TIME 30;
-- ALTER USER NOCS_READER PROFILE NOCS_READER;
