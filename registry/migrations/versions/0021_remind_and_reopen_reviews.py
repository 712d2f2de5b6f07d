"""remind and reopen reviews"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reviews_due_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reopen_reason', sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.create_check_constraint(op.f('ck_review_reopened'), "status != 'submitted' OR reopen_reason = ''")


def downgrade() -> None:
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_review_reopened'), type_='check')
        batch_op.drop_column('reopen_reason')

    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.drop_column('reviews_due_at')
