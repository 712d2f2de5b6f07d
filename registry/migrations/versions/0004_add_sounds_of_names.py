"""add sounds of names"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default and not in a batch: on SQLite the table, its partial index and its checks stay as they are.
    op.add_column('application', sa.Column('match_key', sa.String(length=200), nullable=True))
    op.add_column('application', sa.Column('names_edition', sa.Integer(), server_default='0', nullable=False))
    op.create_index(
        op.f('ix_application_cohort_id_application_match_key_application_person_id'),
        'application', ['cohort_id', 'match_key', 'person_id'],
    )
    op.create_index(op.f('ix_application_names_edition'), 'application', ['names_edition'])


def downgrade() -> None:
    op.drop_index(op.f('ix_application_names_edition'), 'application')
    op.drop_index(op.f('ix_application_cohort_id_application_match_key_application_person_id'), 'application')
    op.drop_column('application', 'names_edition')
    op.drop_column('application', 'match_key')
