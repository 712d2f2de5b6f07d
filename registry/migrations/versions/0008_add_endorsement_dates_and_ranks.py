"""add endorsement dates and ranks"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

WITHOUT = sa.Enum(
    'coordinator', 'pass_on', name='without_focal_point', native_enum=False, create_constraint=True, length=40
)
NOMINATION = sa.table(
    'nomination',
    sa.column('application_id', sa.Integer()),
    sa.column('cohort_id', sa.Integer()),
    sa.column('member_state', sa.String()),
    sa.column('is_endorsed', sa.Boolean()),
    sa.column('rank', sa.Integer()),
    sa.column('at', sa.DateTime(timezone=True)),
)
APPLICATION = sa.table(
    'application',
    sa.column('id', sa.Integer()),
    sa.column('cohort_id', sa.Integer()),
    sa.column('member_state', sa.String()),
)


def upgrade() -> None:
    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.add_column(sa.Column('endorse_by_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column('without_focal_point', WITHOUT, nullable=False, server_default='coordinator')
        )
    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.alter_column('without_focal_point', server_default=None)
        batch_op.create_check_constraint(
            'passed_on_at_a_date', "without_focal_point != 'pass_on' OR endorse_by_at IS NOT NULL"
        )

    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cohort_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('member_state', sa.String(length=2), nullable=True))
    _fill()
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.alter_column('cohort_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('member_state', existing_type=sa.String(length=2), nullable=False)
        batch_op.create_unique_constraint(
            batch_op.f('uq_nomination_cohort_id_member_state_rank'), ['cohort_id', 'member_state', 'rank']
        )
        batch_op.create_foreign_key(
            batch_op.f('fk_nomination_cohort_id'), 'cohort', ['cohort_id'], ['id'], ondelete='RESTRICT'
        )
        batch_op.create_check_constraint('rank', 'is_endorsed OR rank IS NULL')


def _fill() -> None:
    """Each endorsed application gets a rank of its own, in the order there was."""
    connection = op.get_bind()
    of_application = APPLICATION.c.id == NOMINATION.c.application_id
    connection.execute(
        sa.update(NOMINATION).values(
            cohort_id=sa.select(APPLICATION.c.cohort_id).where(of_application).scalar_subquery(),
            member_state=sa.select(APPLICATION.c.member_state).where(of_application).scalar_subquery(),
        )
    )
    connection.execute(sa.update(NOMINATION).where(~NOMINATION.c.is_endorsed).values(rank=None))
    rows = connection.execute(
        sa.select(NOMINATION.c.application_id, NOMINATION.c.cohort_id, NOMINATION.c.member_state)
        .where(NOMINATION.c.is_endorsed)
        .order_by(
            sa.func.coalesce(NOMINATION.c.rank, 1_000_000), NOMINATION.c.at, NOMINATION.c.application_id
        )
    ).all()
    last: dict[tuple[int, str], int] = {}
    ranks = []
    for application_id, *place in rows:
        last[tuple(place)] = last.get(tuple(place), 0) + 1
        ranks.append({'key': application_id, 'given': last[tuple(place)]})
    if ranks:
        connection.execute(
            sa.update(NOMINATION)
            .where(NOMINATION.c.application_id == sa.bindparam('key'))
            .values(rank=sa.bindparam('given')),
            ranks,
        )


def downgrade() -> None:
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_nomination_rank'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_nomination_cohort_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_nomination_cohort_id_member_state_rank'), type_='unique')
        batch_op.drop_column('member_state')
        batch_op.drop_column('cohort_id')

    with op.batch_alter_table('cohort', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_cohort_passed_on_at_a_date'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_cohort_without_focal_point'), type_='check')
        batch_op.drop_column('without_focal_point')
        batch_op.drop_column('endorse_by_at')
