"""The history thins out with age: a run remembers when its figures were dropped.

What stays of an old day is its last run, whole: a day's figures are those of a real run, and no
amount is stored twice. The run itself stays in the log.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE nocs_refresh_run ADD COLUMN thinned_at timestamptz;
        COMMENT ON COLUMN nocs_refresh_run.thinned_at IS
            'when its rows left nocs_balance_history; a later run of that day keeps its own';
        -- Every question about the past starts here: which runs of this source still have rows?
        CREATE INDEX nocs_refresh_run_past ON nocs_refresh_run (source, as_of, id)
            WHERE status = 'succeeded' AND thinned_at IS NULL;
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP INDEX nocs_refresh_run_past;
        ALTER TABLE nocs_refresh_run DROP COLUMN thinned_at;
        """
    )
