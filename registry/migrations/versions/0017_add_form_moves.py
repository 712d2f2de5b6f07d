"""add form moves"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('form_move',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('form_version_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_form_move_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['form_version_id'], ['form_version.id'], name=op.f('fk_form_move_form_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('application_id', name=op.f('pk_form_move'))
    )
    with op.batch_alter_table('form_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_form_move_form_version_id'), ['form_version_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('form_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_form_move_form_version_id'))

    op.drop_table('form_move')
