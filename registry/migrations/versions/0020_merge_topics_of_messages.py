"""merge topics of messages"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

_message = sa.table('message', sa.column('topic', sa.String))


def upgrade() -> None:
    # News about the place and all other news about an application overtake each other.
    op.execute(
        sa.update(_message)
        .where(_message.c.topic.like('application:%:place'))
        .values(topic=sa.func.replace(_message.c.topic, ':place', ''))
    )


def downgrade() -> None:
    """Both topics were read alike by whatever waited: nothing to tell apart again."""
