"""word mails of guardianship"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

EVENTS = (
    'application_received',
    'application_ineligible',
    'application_admitted',
    'draft_reminder',
    'guardian_request',
    'guardian_answered',
    'guardian_receipt',
    'guardian_denied',
    'guardian_consented',
    'guardian_refused',
    'came_of_age',
    'consent_confirmed',
    'consent_is_yours',
    'application_returned',
    'corrections_reminder',
    'corrections_received',
    'offer_made',
    'promoted',
    'offer_reminder',
    'waitlisted',
    'rejected',
    'not_endorsed',
    'place_accepted',
    'offer_declined',
    'offer_lapsed',
    'application_withdrawn',
    'application_closed',
    'cohort_cancelled',
)
ADDED = (
    'guardian_answered',
    'guardian_receipt',
    'guardian_denied',
    'came_of_age',
    'consent_confirmed',
    'consent_is_yours',
)


def _limit_events(events: tuple[str, ...]) -> None:
    listed = ', '.join(f"'{event}'" for event in events)
    with op.batch_alter_table('message_wording', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_message_wording_event'), type_='check')
        batch_op.create_check_constraint(op.f('ck_message_wording_event'), f'event IN ({listed})')


def upgrade() -> None:
    _limit_events(EVENTS)


def downgrade() -> None:
    wording = sa.table('message_wording', sa.column('event', sa.String))
    op.execute(sa.delete(wording).where(wording.c.event.in_(ADDED)))
    _limit_events(tuple(event for event in EVENTS if event not in ADDED))
