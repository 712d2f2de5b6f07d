"""add message wordings"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message_wording',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('event', sa.Enum('application_received', 'application_ineligible', 'application_admitted', 'draft_reminder', 'guardian_request', 'guardian_consented', 'guardian_refused', 'application_returned', 'corrections_reminder', 'corrections_received', 'offer_made', 'promoted', 'offer_reminder', 'waitlisted', 'rejected', 'not_endorsed', 'place_accepted', 'offer_declined', 'offer_lapsed', 'application_withdrawn', 'application_closed', 'cohort_cancelled', name='event', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('subject', sa.String(length=150), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_used', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_message_wording_programme_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_wording')),
    sa.UniqueConstraint('programme_id', 'event', 'locale', name=op.f('uq_message_wording_programme_id_event_locale'))
    )


def downgrade() -> None:
    op.drop_table('message_wording')
