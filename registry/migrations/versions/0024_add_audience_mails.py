"""add audience mails"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audience_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('statuses', sa.JSON(), nullable=False),
    sa.Column('fallback', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('finished_at IS NULL OR started_at IS NOT NULL', name=op.f('ck_audience_mail_finished')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_audience_mail_cohort_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_audience_mail_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audience_mail')),
    sa.UniqueConstraint('code', name=op.f('uq_audience_mail_code'))
    )
    with op.batch_alter_table('audience_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audience_mail_cohort_id'), ['cohort_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audience_mail_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audience_mail_user_id'), ['user_id'], unique=False)

    op.create_table('audience_text',
    sa.Column('mail_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('subject', sa.String(length=150), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['mail_id'], ['audience_mail.id'], name=op.f('fk_audience_text_mail_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mail_id', 'locale', name=op.f('pk_audience_text'))
    )
    op.create_table('audience_row',
    sa.Column('mail_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('result', sa.Enum('waiting', 'written', 'skipped', name='result', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Enum('no_address', 'ended', 'same_address', 'untold', 'moved_on', 'not_allowed', name='reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(result = 'skipped') = (reason IS NOT NULL)", name=op.f('ck_audience_row_skipped')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_audience_row_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['mail_id'], ['audience_mail.id'], name=op.f('fk_audience_row_mail_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_audience_row_message_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('mail_id', 'application_id', name=op.f('pk_audience_row'))
    )
    with op.batch_alter_table('audience_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audience_row_application_id'), ['application_id'], unique=False)
        batch_op.create_index('ix_audience_row_result', ['mail_id', 'result', 'application_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audience_row_message_id'), ['message_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('audience_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audience_row_message_id'))
        batch_op.drop_index('ix_audience_row_result')
        batch_op.drop_index(batch_op.f('ix_audience_row_application_id'))

    op.drop_table('audience_row')
    op.drop_table('audience_text')
    with op.batch_alter_table('audience_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audience_mail_user_id'))
        batch_op.drop_index(batch_op.f('ix_audience_mail_created_at'))
        batch_op.drop_index(batch_op.f('ix_audience_mail_cohort_id'))

    op.drop_table('audience_mail')
