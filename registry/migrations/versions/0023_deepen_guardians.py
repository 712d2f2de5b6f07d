"""deepen guardians"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

ANSWERS = ('consented', 'refused')
DROPOUT_REASONS = ('studies', 'work', 'family', 'connection', 'language', 'content', 'unknown')

guardian_request = sa.table('guardian_request', sa.column('answer'), sa.column('answered_at'))
enrolment = sa.table('enrolment', sa.column('dropout_reason'))


def _allow(answers, dropout_reasons):
    with op.batch_alter_table('guardian_request', schema=None) as batch_op:
        batch_op.drop_constraint('answer', type_='check')
        batch_op.create_check_constraint('answer', sa.column('answer').in_(answers))
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_constraint('dropout_reason', type_='check')
        batch_op.create_check_constraint('dropout_reason', sa.column('dropout_reason').in_(dropout_reasons))


def upgrade() -> None:
    op.create_table('guardian_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('guardianship_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f('ck_guardian_question_answered')),
    sa.ForeignKeyConstraint(['answered_by'], ['user_account.id'], name=op.f('fk_guardian_question_answered_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_guardian_question_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['guardianship_id'], ['guardianship.id'], name=op.f('fk_guardian_question_guardianship_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guardian_question')),
    sa.UniqueConstraint('code', name=op.f('uq_guardian_question_code'))
    )
    with op.batch_alter_table('guardian_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_guardian_question_application_id'), ['application_id'], unique=False)
        batch_op.create_index('ix_guardian_question_open', ['asked_at'], unique=False, sqlite_where=sa.text('answered_at IS NULL'), postgresql_where=sa.text('answered_at IS NULL'))

    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason', sa.String(length=500), server_default=sa.text("''"), nullable=False))
    _allow((*ANSWERS, 'not_guardian'), (*DROPOUT_REASONS[:-1], 'consent', DROPOUT_REASONS[-1]))



def downgrade() -> None:
    op.execute(sa.update(guardian_request).where(guardian_request.c.answer == 'not_guardian').values(answer=None, answered_at=None))
    op.execute(sa.update(enrolment).where(enrolment.c.dropout_reason == 'consent').values(dropout_reason='unknown'))
    _allow(ANSWERS, DROPOUT_REASONS)
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_column('reason')

    with op.batch_alter_table('guardian_question', schema=None) as batch_op:
        batch_op.drop_index('ix_guardian_question_open', sqlite_where=sa.text('answered_at IS NULL'), postgresql_where=sa.text('answered_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_guardian_question_application_id'))

    op.drop_table('guardian_question')
