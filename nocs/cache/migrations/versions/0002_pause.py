"""The pause after a refused login: at most one row, kept over every restart."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE nocs_source_pause (
            one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
            since       timestamptz NOT NULL DEFAULT clock_timestamp(),
            error_code  text        NOT NULL,
            fingerprint text        NOT NULL
        );
        COMMENT ON TABLE nocs_source_pause IS
            'The source refused the login; no scheduled refresh asks it with the same settings.';
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE nocs_source_pause")
