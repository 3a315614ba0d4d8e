"""Names of the areas in the languages that the source has them in."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE nocs_area_name (
            nocs_code varchar(50)  NOT NULL CHECK (nocs_code <> ''),
            language  text         NOT NULL CHECK (language IN ('en', 'bn')),
            nocs_name varchar(200) NOT NULL CHECK (nocs_name <> ''),
            PRIMARY KEY (nocs_code, language)
        );
        COMMENT ON TABLE nocs_area_name IS
            'Names beside those of the report, as the last refresh that could read them found.';
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE nocs_area_name")
