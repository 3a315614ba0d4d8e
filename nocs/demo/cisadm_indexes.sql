-- CC&B's keys and indexes, made after the rows are loaded, which is several times faster.
SET LOCAL search_path TO cisadm;
ALTER TABLE ci_acct ADD PRIMARY KEY (acct_id);
CREATE INDEX ON ci_acct (mailing_prem_id);
ALTER TABLE ci_sa ADD PRIMARY KEY (sa_id);
CREATE INDEX ON ci_sa (acct_id, sa_status_flg);
ALTER TABLE ci_ft ADD PRIMARY KEY (ft_id);
CREATE INDEX ON ci_ft (sa_id, redundant_sw, bill_id);
CREATE INDEX ON ci_ft (accounting_dt, sa_id);
ALTER TABLE ci_prem_char ADD PRIMARY KEY (prem_id, char_type_cd, effdt);
ALTER TABLE ci_char_val_l ADD PRIMARY KEY (char_type_cd, char_val, language_cd);
ALTER TABLE ci_per ADD PRIMARY KEY (per_id);
ALTER TABLE ci_acct_per ADD PRIMARY KEY (acct_id, per_id);
ALTER TABLE ci_per_name ADD PRIMARY KEY (per_id, prim_name_sw);
ANALYZE ci_acct, ci_sa, ci_ft, ci_prem_char, ci_char_val_l, ci_per, ci_acct_per, ci_per_name;
