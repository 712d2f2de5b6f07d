"""repeat sections"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

CURRENT = {'sqlite_where': sa.text('removed_at IS NULL'), 'postgresql_where': sa.text('removed_at IS NULL')}


def upgrade() -> None:
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('entry', sa.Integer(), server_default='1', nullable=False))
        batch_op.drop_constraint('pk_answer', type_='primary')
        batch_op.create_primary_key('pk_answer', ['application_id', 'question_id', 'entry'])

    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.add_column(sa.Column('entries', sa.JSON(), server_default='{}', nullable=False))
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.alter_column('entries', server_default=None)

    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('entry', sa.Integer(), server_default='1', nullable=False))
        batch_op.drop_index('uq_attachment_current')
        batch_op.create_index(
            'uq_attachment_current', ['application_id', 'question_id', 'entry', 'digest'], unique=True, **CURRENT
        )

    with op.batch_alter_table('form_section', schema=None) as batch_op:
        batch_op.add_column(sa.Column('least_entries', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('most_entries', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('entry_labels', sa.JSON(), server_default='{}', nullable=False))
        batch_op.create_check_constraint('repeats', '(least_entries IS NULL) = (most_entries IS NULL)')
        batch_op.create_check_constraint(
            'entries',
            'most_entries IS NULL OR (least_entries >= 0 AND most_entries >= least_entries AND most_entries > 0)',
        )

    with op.batch_alter_table('question_condition', schema=None) as batch_op:
        batch_op.add_column(sa.Column('section_id', sa.Integer(), nullable=True))
        batch_op.alter_column('question_id', existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f('ix_question_condition_section_id'), ['section_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_question_condition_section_id'),
            'form_section',
            ['section_id'],
            ['id'],
            ondelete='CASCADE',
        )
        batch_op.create_check_constraint('of_one', '(question_id IS NULL) != (section_id IS NULL)')
    with op.batch_alter_table('form_section', schema=None) as batch_op:
        batch_op.alter_column('entry_labels', server_default=None)


def downgrade() -> None:
    # The older tables have no room for these.
    op.execute('DELETE FROM question_condition WHERE question_id IS NULL')
    op.execute('DELETE FROM answer WHERE entry > 1')
    op.execute('DELETE FROM attachment WHERE entry > 1')

    with op.batch_alter_table('question_condition', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_question_condition_of_one'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_question_condition_section_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_question_condition_section_id'))
        batch_op.alter_column('question_id', existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column('section_id')

    with op.batch_alter_table('form_section', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_form_section_entries'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_form_section_repeats'), type_='check')
        batch_op.drop_column('entry_labels')
        batch_op.drop_column('most_entries')
        batch_op.drop_column('least_entries')

    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('uq_attachment_current')
        batch_op.create_index(
            'uq_attachment_current', ['application_id', 'question_id', 'digest'], unique=True, **CURRENT
        )
        batch_op.drop_column('entry')

    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_column('entries')

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_constraint('pk_answer', type_='primary')
        batch_op.drop_column('entry')
        batch_op.create_primary_key('pk_answer', ['application_id', 'question_id'])
