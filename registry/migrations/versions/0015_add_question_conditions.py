"""add question conditions"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('question_condition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('alternative', sa.Integer(), nullable=False),
    sa.Column('subject', sa.Enum('answer', 'age', 'country', 'bloc', name='subject', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=True),
    sa.Column('operator', sa.Enum('is', 'is_not', 'at_least', 'at_most', 'answered', 'not_answered', name='operator', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.CheckConstraint("(subject = 'answer') = (source_id IS NOT NULL)", name=op.f('ck_question_condition_source')),
    sa.CheckConstraint('source_id IS NULL OR source_id != question_id', name=op.f('ck_question_condition_other_question')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_condition_question_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['source_id'], ['question.id'], name=op.f('fk_question_condition_source_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_condition'))
    )
    with op.batch_alter_table('question_condition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_condition_question_id'), ['question_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_condition_source_id'), ['source_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('question_condition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_condition_source_id'))
        batch_op.drop_index(batch_op.f('ix_question_condition_question_id'))

    op.drop_table('question_condition')
