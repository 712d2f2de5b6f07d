"""add selection runs"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('selection_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('order', sa.Enum('score', 'first_come', 'lottery', 'focal_rank', name='order', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('women_share', sa.Integer(), nullable=False),
    sa.Column('rural_share', sa.Integer(), nullable=False),
    sa.Column('longest_list', sa.Integer(), nullable=True),
    sa.Column('seats', sa.JSON(), nullable=False),
    sa.Column('general_serves_all', sa.Boolean(), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('inputs_hash', sa.String(length=64), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('longest_list IS NULL OR longest_list >= 0', name=op.f('ck_selection_run_longest_list')),
    sa.CheckConstraint('rural_share BETWEEN 0 AND 100', name=op.f('ck_selection_run_rural_share')),
    sa.CheckConstraint('women_share BETWEEN 0 AND 100', name=op.f('ck_selection_run_women_share')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_selection_run_cohort_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_selection_run_made_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_selection_run')),
    sa.UniqueConstraint('code', name=op.f('uq_selection_run_code'))
    )
    with op.batch_alter_table('selection_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_selection_run_cohort_id_selection_run_id'), ['cohort_id', 'id'], unique=False)

    op.create_table('selection_entry',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('member_state', sa.String(length=2), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('is_woman', sa.Boolean(), nullable=False),
    sa.Column('is_rural', sa.Boolean(), nullable=False),
    sa.Column('decision', sa.Enum('offer', 'waitlist', 'reject', name='decision', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('ground', sa.Enum('seat', 'women_floor', 'rural_floor', 'passed', 'after_seats', 'after_list', 'no_score', 'no_rank', 'no_pool', name='ground', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('own_rank', sa.Integer(), nullable=True),
    sa.Column('own_of', sa.Integer(), nullable=True),
    sa.Column('general_rank', sa.Integer(), nullable=True),
    sa.Column('general_of', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_selection_entry_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['run_id'], ['selection_run.id'], name=op.f('fk_selection_entry_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('run_id', 'application_id', name=op.f('pk_selection_entry')),
    sa.UniqueConstraint('run_id', 'place', name=op.f('uq_selection_entry_run_id_place'))
    )
    with op.batch_alter_table('selection_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_selection_entry_application_id'), ['application_id'], unique=False)

    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lottery_seed', sa.String(length=64), nullable=False, server_default=''))
    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.alter_column('lottery_seed', server_default=None)

    with op.batch_alter_table('staged_decision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('run_id', sa.Integer(), nullable=True))
        batch_op.alter_column('rank',
               existing_type=sa.INTEGER(),
               type_=sa.BigInteger(),
               existing_nullable=True)
        batch_op.create_index(batch_op.f('ix_staged_decision_run_id'), ['run_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_staged_decision_run_id'), 'selection_run', ['run_id'], ['id'], ondelete='SET NULL')



def downgrade() -> None:
    with op.batch_alter_table('staged_decision', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_staged_decision_run_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_staged_decision_run_id'))
        batch_op.alter_column('rank',
               existing_type=sa.BigInteger(),
               type_=sa.INTEGER(),
               existing_nullable=True)
        batch_op.drop_column('run_id')

    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.drop_column('lottery_seed')

    with op.batch_alter_table('selection_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_selection_entry_application_id'))

    op.drop_table('selection_entry')
    with op.batch_alter_table('selection_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_selection_run_cohort_id_selection_run_id'))

    op.drop_table('selection_run')
