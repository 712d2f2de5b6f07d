"""move to the front by pool"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

PREFIX = 'ix_waitlist_entry_pool_id_waitlist_entry_left_at_'
BY_RANK = PREFIX + 'waitlist_entry_rank_waitlist_entry_id'
BY_TURN = PREFIX + 'waitlist_entry_turn_waitlist_entry_rank_waitlist_entry_id'


def upgrade() -> None:
    with op.batch_alter_table('waitlist_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('turn', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('general_turn', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('waitlist_entry', schema=None) as batch_op:
        batch_op.alter_column('turn', server_default=None)
        batch_op.alter_column('general_turn', server_default=None)
        batch_op.drop_index(batch_op.f(BY_RANK))
        batch_op.create_index(batch_op.f(BY_TURN), ['pool_id', 'left_at', 'turn', 'rank', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('waitlist_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f(BY_TURN))
        batch_op.create_index(batch_op.f(BY_RANK), ['pool_id', 'left_at', 'rank', 'id'], unique=False)
        batch_op.drop_column('general_turn')
        batch_op.drop_column('turn')
