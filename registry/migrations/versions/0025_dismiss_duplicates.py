"""dismiss duplicates"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('duplicate_dismissal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('match_key', sa.String(length=200), nullable=False),
    sa.Column('member_state', sa.String(length=2), nullable=False),
    sa.Column('dismissed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dismissed_by', sa.Integer(), nullable=False),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_duplicate_dismissal_ordered')),
    sa.ForeignKeyConstraint(['dismissed_by'], ['user_account.id'], name=op.f('fk_duplicate_dismissal_dismissed_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['first_id'], ['person.id'], name=op.f('fk_duplicate_dismissal_first_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_duplicate_dismissal_programme_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_duplicate_dismissal_second_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_dismissal')),
    sa.UniqueConstraint('code', name=op.f('uq_duplicate_dismissal_code')),
    sa.UniqueConstraint('programme_id', 'first_id', 'second_id', 'match_key', 'member_state', name='uq_duplicate_dismissal_pair')
    )
    with op.batch_alter_table('duplicate_dismissal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_duplicate_dismissal_first_id'), ['first_id'], unique=False)
        batch_op.create_index('ix_duplicate_dismissal_group', ['programme_id', 'match_key', 'member_state'], unique=False)
        batch_op.create_index(batch_op.f('ix_duplicate_dismissal_second_id'), ['second_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('duplicate_dismissal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_duplicate_dismissal_second_id'))
        batch_op.drop_index('ix_duplicate_dismissal_group')
        batch_op.drop_index(batch_op.f('ix_duplicate_dismissal_first_id'))

    op.drop_table('duplicate_dismissal')
