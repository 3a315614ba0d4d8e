"""The cache: the summary, the runs (queue and log in one), history, schedulers, API tokens.

The publishing gate's arithmetic stands here once more as constraints: whatever writes to the
summary, a due can never be stored as a credit.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FIGURES = """
    total_customers      integer       NOT NULL CHECK (total_customers >= 0),
    positive_qty         integer       NOT NULL CHECK (positive_qty >= 0),
    positive_balance_amt numeric(15,2) NOT NULL CHECK (positive_balance_amt >= 0),
    negative_qty         integer       NOT NULL CHECK (negative_qty >= 0),
    negative_balance_amt numeric(15,2) NOT NULL CHECK (negative_balance_amt <= 0),
    net_balance          numeric(15,2) NOT NULL,
    CHECK (positive_qty + negative_qty <= total_customers),
    CHECK (net_balance = positive_balance_amt + negative_balance_amt)
"""

SUMMARY = f"""
CREATE TABLE nocs_balance_summary (
    id                   serial        PRIMARY KEY,
    nocs_name            varchar(200)  NOT NULL CHECK (btrim(nocs_name) <> ''),
    nocs_code            varchar(50)   NOT NULL CHECK (btrim(nocs_code) <> ''),
    refresh_duration     integer       NOT NULL CHECK (refresh_duration >= 0),
    created_at           timestamptz   NOT NULL DEFAULT now(),
    updated_at           timestamptz   NOT NULL DEFAULT now(),
    {FIGURES},
    CONSTRAINT idx_nocs_code UNIQUE (nocs_code)
);
CREATE INDEX idx_updated_at ON nocs_balance_summary (updated_at);
CREATE INDEX idx_nocs_name ON nocs_balance_summary (nocs_name);
COMMENT ON TABLE nocs_balance_summary IS
    'Balances per NOCS area as of updated_at. positive = credit, negative = due (stored negative).';
COMMENT ON COLUMN nocs_balance_summary.refresh_duration IS 'milliseconds';
COMMENT ON COLUMN nocs_balance_summary.updated_at IS 'moment at which the source was read';
"""

RUN = """
CREATE TABLE nocs_refresh_run (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trigger       text        NOT NULL
                  CHECK (trigger IN ('startup', 'schedule', 'manual', 'api', 'cli')),
    requested_by  text        NOT NULL DEFAULT '',
    slot          timestamptz UNIQUE,
    status        text        NOT NULL DEFAULT 'queued'
                  CHECK (status IN ('queued', 'running', 'succeeded', 'rejected', 'failed',
                                    'abandoned')),
    queued_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at    timestamptz,
    heartbeat_at  timestamptz,
    finished_at   timestamptz,
    duration_ms   integer     CHECK (duration_ms >= 0),
    phase         text,
    attempt       integer     NOT NULL DEFAULT 0,
    row_count     integer,
    error_code    text        NOT NULL DEFAULT '',
    error         text        NOT NULL DEFAULT '',
    warnings      jsonb       NOT NULL DEFAULT '[]',
    source        text        CHECK (source IN ('oracle', 'demo')),
    host          text        NOT NULL DEFAULT '',
    as_of         timestamptz,
    unassigned_customers integer,
    areas                integer,
    total_customers      bigint,
    positive_qty         bigint,
    positive_balance_amt numeric(20,2),
    negative_qty         bigint,
    negative_balance_amt numeric(20,2),
    net_balance          numeric(20,2),
    CHECK ((status IN ('queued', 'running')) = (finished_at IS NULL)),
    CHECK (status <> 'succeeded' OR (as_of IS NOT NULL AND source IS NOT NULL
                                     AND net_balance IS NOT NULL))
);
CREATE UNIQUE INDEX nocs_refresh_run_one_open ON nocs_refresh_run ((true))
    WHERE status IN ('queued', 'running');
CREATE INDEX nocs_refresh_run_published ON nocs_refresh_run (id) WHERE status = 'succeeded';
COMMENT ON COLUMN nocs_refresh_run.slot IS 'scheduled time; unique: many schedulers make one run';
"""

HISTORY = f"""
CREATE TABLE nocs_balance_history (
    run_id    bigint       NOT NULL REFERENCES nocs_refresh_run (id) ON DELETE CASCADE,
    as_of     timestamptz  NOT NULL,
    nocs_code varchar(50)  NOT NULL,
    nocs_name varchar(200) NOT NULL,
    {FIGURES},
    PRIMARY KEY (run_id, nocs_code)
);
CREATE INDEX nocs_balance_history_area ON nocs_balance_history (nocs_code, as_of);
"""

SCHEDULER = """
CREATE TABLE nocs_scheduler (
    name         text        PRIMARY KEY,
    started_at   timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    next_run_at  timestamptz
);
"""

TOKEN = """
CREATE TABLE nocs_api_token (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL,
    token_hash bytea       NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE UNIQUE INDEX nocs_api_token_name ON nocs_api_token (name) WHERE revoked_at IS NULL;
"""


def upgrade() -> None:
    for statements in (SUMMARY, RUN, HISTORY, SCHEDULER, TOKEN):
        op.execute(statements)


def downgrade() -> None:
    op.execute(
        "DROP TABLE nocs_api_token, nocs_scheduler, nocs_balance_history, nocs_refresh_run, "
        "nocs_balance_summary"
    )
