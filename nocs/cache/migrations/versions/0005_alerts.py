"""Alerts and messages: what is wrong, what was said about it, and whether it arrived.

A problem is one row from its beginning to its end. A message is written in the transaction that
decides on it, under a key that can be used once; each address it goes to is a delivery that one
scheduler claims. So any number of schedulers say everything once.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ALERT = """
CREATE TABLE nocs_alert (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key       text        NOT NULL,
    title     text        NOT NULL,
    text      text        NOT NULL,
    opened_at timestamptz NOT NULL,
    reminded  integer     NOT NULL DEFAULT 0,
    remind_at timestamptz NOT NULL,
    closed_at timestamptz CHECK (closed_at >= opened_at)
);
CREATE UNIQUE INDEX nocs_alert_one_open ON nocs_alert (key) WHERE closed_at IS NULL;
COMMENT ON TABLE nocs_alert IS 'One row an episode: a problem from its beginning to its end.';
"""

MESSAGE = """
CREATE TABLE nocs_message (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL CHECK (kind IN ('alert', 'summary', 'report', 'ping')),
    key        text        NOT NULL,
    severity   text        NOT NULL DEFAULT 'info'
               CHECK (severity IN ('info', 'success', 'warning', 'failure')),
    title      text        NOT NULL DEFAULT '',
    text       text        NOT NULL DEFAULT '',
    html       text        NOT NULL DEFAULT '',
    file       bytea,
    file_name  text        NOT NULL DEFAULT '',
    run_id     bigint,
    alert_ids  bigint[]    NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    give_up_at timestamptz NOT NULL,
    CONSTRAINT nocs_message_once UNIQUE (kind, key)
);
CREATE INDEX nocs_message_created ON nocs_message (created_at);
COMMENT ON COLUMN nocs_message.key IS 'the refresh, slot or episode it is about: said once';
COMMENT ON COLUMN nocs_message.file IS 'the workbook, forgotten when every delivery has ended';
"""

DELIVERY = """
CREATE TABLE nocs_delivery (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  bigint      NOT NULL REFERENCES nocs_message (id) ON DELETE CASCADE,
    target      text        NOT NULL,
    status      text        NOT NULL DEFAULT 'waiting'
                CHECK (status IN ('waiting', 'sending', 'sent', 'failed', 'doubtful')),
    attempts    integer     NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    claimed_at  timestamptz,
    claimed_by  text        NOT NULL DEFAULT '',
    ended_at    timestamptz,
    error       text        NOT NULL DEFAULT '',
    UNIQUE (message_id, target)
);
CREATE INDEX nocs_delivery_open ON nocs_delivery (next_try_at)
    WHERE status IN ('waiting', 'sending');
COMMENT ON COLUMN nocs_delivery.target IS 'place and kind of the address, never the address itself';
COMMENT ON COLUMN nocs_delivery.status IS
    'doubtful: its scheduler ended in the middle of sending; it is not sent a second time';
"""


def upgrade() -> None:
    for statements in (ALERT, MESSAGE, DELIVERY):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP TABLE nocs_delivery, nocs_message, nocs_alert")
