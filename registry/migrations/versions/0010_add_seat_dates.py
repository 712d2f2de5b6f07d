"""add seat dates"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pools_open_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('waiting_ends_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('waitlist_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moved_reason', sa.String(length=300), nullable=False, server_default=''))
    with op.batch_alter_table('waitlist_entry', schema=None) as batch_op:
        batch_op.alter_column('moved_reason', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('waitlist_entry', schema=None) as batch_op:
        batch_op.drop_column('moved_reason')

    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.drop_column('waiting_ends_at')
        batch_op.drop_column('pools_open_at')

