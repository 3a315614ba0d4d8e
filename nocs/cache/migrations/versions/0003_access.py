"""Access: what a token may do, to what and until when; and the audit, which only grows.

The audit's trigger stands above all grants: no role rewrites a row, and none deletes one that is
younger than a month, whatever the retention setting says.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOKEN = """
ALTER TABLE nocs_api_token
    ADD COLUMN scope        text        NOT NULL DEFAULT 'refresh'
                            CHECK (scope IN ('read', 'refresh')),
    ADD COLUMN areas        text[]      CHECK (cardinality(areas) > 0),
    ADD COLUMN expires_at   timestamptz,
    ADD COLUMN last_used_at timestamptz;
ALTER TABLE nocs_api_token ALTER COLUMN scope SET DEFAULT 'read';
COMMENT ON COLUMN nocs_api_token.scope IS 'refresh: may also ask for a refresh';
COMMENT ON COLUMN nocs_api_token.areas IS 'codes of the areas it may see; NULL: all';
"""

AUDIT = """
CREATE TABLE nocs_audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    who     text        NOT NULL DEFAULT '',
    action  text        NOT NULL CHECK (action IN ('sign_in', 'sign_out', 'refusal', 'refresh',
                                                   'download', 'token_made', 'token_revoked')),
    address text        NOT NULL DEFAULT '',
    detail  text        NOT NULL DEFAULT ''
);
CREATE INDEX nocs_audit_at ON nocs_audit (at);
COMMENT ON TABLE nocs_audit IS 'who did what, when and from where; append-only';

CREATE FUNCTION nocs_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '30 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'nocs_audit is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER nocs_audit_rows BEFORE UPDATE OR DELETE ON nocs_audit
    FOR EACH ROW EXECUTE FUNCTION nocs_audit_append_only();
CREATE TRIGGER nocs_audit_whole BEFORE TRUNCATE ON nocs_audit
    FOR EACH STATEMENT EXECUTE FUNCTION nocs_audit_append_only();
"""


def upgrade() -> None:
    for statements in (TOKEN, AUDIT):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP TABLE nocs_audit")
    op.execute("DROP FUNCTION nocs_audit_append_only()")
    op.execute(
        "ALTER TABLE nocs_api_token DROP COLUMN scope, DROP COLUMN areas,"
        " DROP COLUMN expires_at, DROP COLUMN last_used_at"
    )
