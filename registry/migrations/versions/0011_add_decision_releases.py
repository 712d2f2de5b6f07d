"""add decision releases"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('decision_release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_by', sa.Integer(), nullable=True),
    sa.Column('started_label', sa.String(length=80), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('done >= 0 AND total >= 0', name=op.f('ck_decision_release_counts')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_decision_release_cohort_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['started_by'], ['user_account.id'], name=op.f('fk_decision_release_started_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_release'))
    )
    with op.batch_alter_table('decision_release', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_release_cohort_id_decision_release_id'), ['cohort_id', 'id'], unique=False)
        batch_op.create_index('uq_decision_release_unfinished', ['cohort_id'], unique=True, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))



def downgrade() -> None:
    with op.batch_alter_table('decision_release', schema=None) as batch_op:
        batch_op.drop_index('uq_decision_release_unfinished', sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_decision_release_cohort_id_decision_release_id'))

    op.drop_table('decision_release')
