"""compose forms"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

BEFORE = ('short_text', 'long_text', 'choice', 'yes_no', 'link', 'file')
KINDS = ('short_text', 'long_text', 'choice', 'choices', 'yes_no', 'number', 'money', 'date', 'year_month', 'country', 'language', 'education', 'work', 'email', 'phone', 'link', 'file', 'consent')
NEW = {
    'units': "'{}'", 'currency': "''", 'sensitivity': "'ordinary'", 'reviewer_sees': sa.true(), 'focal_point_sees': sa.true(), 'version': '1',
}

form_version = sa.table('form_version', sa.column('id'), sa.column('published_at'), sa.column('created_at'), sa.column('version'))
question = sa.table('question', sa.column('form_version_id'), sa.column('kind'), *(sa.column(name) for name in NEW))


def _kind(members):
    return sa.Enum(*members, name='kind', native_enum=False, create_constraint=False, length=40)


def upgrade() -> None:
    op.create_table('form_section',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('form_version_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('intros', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['form_version_id'], ['form_version.id'], name=op.f('fk_form_section_form_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_section')),
    sa.UniqueConstraint('form_version_id', 'key', name=op.f('uq_form_section_form_version_id_key'))
    )
    with op.batch_alter_table('form_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('created_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=True))
    op.execute(sa.update(form_version).values(created_at=form_version.c.published_at, version=1))
    with op.batch_alter_table('form_version', schema=None) as batch_op:
        batch_op.alter_column('created_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column('version', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('published_at', existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.create_index('uq_form_version_draft', ['cohort_id'], unique=True, sqlite_where=sa.text('published_at IS NULL'), postgresql_where=sa.text('published_at IS NULL'))

    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_constraint('kind', type_='check')
        batch_op.create_check_constraint('kind', sa.column('kind').in_(KINDS))
        batch_op.create_check_constraint('max_words', 'max_words IS NULL OR max_words > 0')
        batch_op.add_column(sa.Column('section_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('units', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('currency', sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column('sensitivity', sa.Enum('ordinary', 'identifying', 'sensitive', name='sensitivity', native_enum=False, create_constraint=True, length=40), nullable=True))
        batch_op.add_column(sa.Column('reviewer_sees', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('focal_point_sees', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_question_section_id'), ['section_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_question_section_id'), 'form_section', ['section_id'], ['id'], ondelete='SET NULL')
    op.execute(sa.update(question).values({name: sa.text(value) if isinstance(value, str) else value for name, value in NEW.items()}))
    with op.batch_alter_table('question', schema=None) as batch_op:
        for name in NEW:
            batch_op.alter_column(name, nullable=False)


def downgrade() -> None:
    drafts = sa.select(form_version.c.id).where(form_version.c.published_at.is_(None)).scalar_subquery()
    op.execute(sa.delete(question).where(question.c.form_version_id.in_(drafts)))
    op.execute(sa.update(question).where(question.c.kind.not_in(BEFORE)).values(kind='short_text'))
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_constraint('kind', type_='check')
        batch_op.create_check_constraint('kind', sa.column('kind').in_(BEFORE))
        batch_op.drop_constraint(op.f('ck_question_max_words'), type_='check')
        batch_op.drop_constraint('sensitivity', type_='check')
        batch_op.drop_constraint(batch_op.f('fk_question_section_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_question_section_id'))
        batch_op.drop_column('section_id')
        for name in NEW:
            batch_op.drop_column(name)
    op.drop_table('form_section')
    op.execute(sa.delete(form_version).where(form_version.c.published_at.is_(None)))
    with op.batch_alter_table('form_version', schema=None) as batch_op:
        batch_op.drop_index('uq_form_version_draft', sqlite_where=sa.text('published_at IS NULL'), postgresql_where=sa.text('published_at IS NULL'))
        batch_op.alter_column('published_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_column('version')
        batch_op.drop_column('created_at')
