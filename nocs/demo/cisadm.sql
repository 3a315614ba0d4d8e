-- The part of CC&B that the report reads, with CC&B's own names, widths and blank padding.
CREATE SCHEMA cisadm;
SET LOCAL search_path TO cisadm;

CREATE TABLE ci_acct (
    acct_id char(10) NOT NULL, mailing_prem_id char(10) NOT NULL DEFAULT ' ',
    cis_division char(5) NOT NULL DEFAULT 'DPDC', cust_cl_cd char(8) NOT NULL DEFAULT 'RES',
    bill_cyc_cd char(4) NOT NULL DEFAULT 'M01', currency_cd char(3) NOT NULL DEFAULT 'BDT',
    setup_dt date NOT NULL
);
CREATE TABLE ci_sa (
    sa_id char(10) NOT NULL, acct_id char(10) NOT NULL, sa_type_cd char(8) NOT NULL,
    sa_status_flg char(2) NOT NULL, char_prem_id char(10) NOT NULL DEFAULT ' ',
    start_dt date NOT NULL, end_dt date
);
CREATE TABLE ci_ft (
    ft_id char(12) NOT NULL, sibling_id char(12) NOT NULL DEFAULT ' ',
    parent_id char(12) NOT NULL DEFAULT ' ', bill_id char(12) NOT NULL DEFAULT ' ',
    sa_id char(10) NOT NULL, ft_type_flg char(2) NOT NULL,
    cur_amt numeric(15,2) NOT NULL, tot_amt numeric(15,2) NOT NULL,
    freeze_sw char(1) NOT NULL, redundant_sw char(1) NOT NULL,
    not_in_ars_sw char(1) NOT NULL DEFAULT 'N', correction_sw char(1) NOT NULL DEFAULT 'N',
    ars_dt date, accounting_dt date, cre_dttm timestamp(0) NOT NULL, freeze_dttm timestamp(0)
);
CREATE TABLE ci_prem_char (
    prem_id char(10) NOT NULL, char_type_cd char(8) NOT NULL, effdt date NOT NULL,
    char_val char(16) NOT NULL DEFAULT ' ', adhoc_char_val varchar(254) NOT NULL DEFAULT ' '
);
CREATE TABLE ci_char_val_l (
    char_type_cd char(8) NOT NULL, char_val char(16) NOT NULL, language_cd char(3) NOT NULL,
    descr varchar(60) NOT NULL
);
CREATE TABLE ci_per (per_id char(10) NOT NULL);
CREATE TABLE ci_acct_per (
    acct_id char(10) NOT NULL, per_id char(10) NOT NULL, main_cust_sw char(1) NOT NULL
);
CREATE TABLE ci_per_name (
    per_id char(10) NOT NULL, prim_name_sw char(1) NOT NULL, entity_name varchar(254) NOT NULL
);
