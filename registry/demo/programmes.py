"""The demo's own programmes and organisations, marked as fictional wherever they are named."""

from dataclasses import dataclass

from registry.accounts.enums import OrganisationKind
from registry.catalogue.enums import Credential, Level, Mode, ProgrammeKind
from registry.demo.plan import FELLOWSHIP, INCUBATOR, SCHOOL, STORE

Texts = dict[str, str]
SOURCE = "Demo data: fictional"
ACADEMY = "demo-trade-academy"
FUND = "demo-youth-fund"


@dataclass(frozen=True)
class ProgrammePlan:
    """What is recorded of a fictional programme; texts map locale -> text."""

    slug: str
    kind: ProgrammeKind
    mode: Mode
    level: Level
    weeks: int
    hours_per_week: int
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    titles: Texts
    summaries: Texts
    descriptions: Texts
    credential: Credential = Credential.CERTIFICATE
    targets: tuple[tuple[str, int], ...] = ()
    """Indicator and the value to reach within a year."""
    declared: int | None = None
    """A number of participants that the provider reports by itself."""


@dataclass(frozen=True)
class OrganisationPlan:
    code: str
    kind: OrganisationKind
    names: Texts


ORGANISATIONS = (
    OrganisationPlan(
        ACADEMY,
        OrganisationKind.PROVIDER,
        {
            "en": "Demo Academy of Online Trade (fictional)",
            "ru": "Демо-академия онлайн-торговли (вымышленная)",
            "zh": "演示：网络贸易学院（虚构）",
        },
    ),
    OrganisationPlan(
        FUND,
        OrganisationKind.SPONSOR,
        {
            "en": "Demo Youth Fund (fictional)",
            "ru": "Демо-фонд молодёжи (вымышленный)",
            "zh": "演示：青年基金会（虚构）",
        },
    ),
)

_NOTES = {
    "en": "This programme, its people and its figures are fictional.",
    "ru": "Эта программа, её участники и показатели вымышлены.",
    "zh": "本项目及其学员和数据均为虚构。",
}


def _describe(**texts: str) -> Texts:
    return {locale: f"{text}\n\n*{_NOTES[locale]}*" for locale, text in texts.items()}


PROGRAMMES = (
    ProgrammePlan(
        slug=SCHOOL,
        kind=ProgrammeKind.COURSE,
        mode=Mode.ONLINE,
        level=Level.INTRODUCTORY,
        weeks=12,
        hours_per_week=6,
        languages=("en", "ru", "zh"),
        topics=("digital-trade", "e-commerce"),
        titles={
            "en": "Demo: Online Trade School",
            "ru": "Демо: школа онлайн-торговли",
            "zh": "演示：网络贸易学校",
        },
        summaries={
            "en": "Twelve weeks online: from the first photograph of your goods to parcels sent abroad.",
            "ru": "Двенадцать недель онлайн: от первой фотографии товара до посылки за границу.",
            "zh": "十二周线上课程：从第一张产品照片到寄往国外的包裹。",
        },
        descriptions=_describe(
            en="You open a shop of your own and run it with a mentor.\n\n- Goods, prices, photographs and texts\n"
            "- Payments, delivery and customs between neighbouring states\n- Safety for you and your customers",
            ru="Вы открываете собственный магазин и ведёте его с наставником.\n\n- Товар, цены, фотографии и тексты\n"
            "- Платежи, доставка и таможня между соседними странами\n- Безопасность для вас и покупателей",
            zh="你将在导师指导下开设并经营自己的网店。\n\n- 产品、定价、照片和文案\n- 邻国之间的支付、物流和海关\n"
            "- 你和顾客的安全",
        ),
        targets=(("E-6", 300), ("E-7", 240)),
        declared=5200,
    ),
    ProgrammePlan(
        slug=INCUBATOR,
        kind=ProgrammeKind.INCUBATOR,
        mode=Mode.HYBRID,
        level=Level.INTERMEDIATE,
        weeks=10,
        hours_per_week=12,
        languages=("en", "ru"),
        topics=("e-commerce", "entrepreneurship"),
        titles={
            "en": "Demo: Export Incubator for Rural Youth",
            "ru": "Демо: экспортный инкубатор для сельской молодёжи",
            "zh": "演示：农村青年出口孵化器",
        },
        summaries={
            "en": "Ten weeks for small producers whom their state recommends, two of them in Tashkent.",
            "ru": "Десять недель для небольших производителей по рекомендации государства, две из них в Ташкенте.",
            "zh": "面向经本国推荐的小生产者，为期十周，其中两周在塔什干。",
        },
        descriptions=_describe(
            en="Your focal point recommends you; the coordinator chooses among all who are recommended.\n\n"
            "- A business plan for one product and one neighbouring market\n- A stand at a fair in Tashkent",
            ru="Вас рекомендует национальное контактное лицо; координатор выбирает среди рекомендованных.\n\n"
            "- Бизнес-план для одного товара и одного соседнего рынка\n- Стенд на ярмарке в Ташкенте",
            zh="由国家联络人推荐，协调员从获推荐者中选拔。\n\n- 针对一种产品和一个邻国市场的商业计划\n"
            "- 在塔什干展会设展位",
        ),
        targets=(("E-6", 100), ("E-7", 80)),
    ),
    ProgrammePlan(
        slug=STORE,
        kind=ProgrammeKind.SPECIAL_COURSE,
        mode=Mode.ONLINE,
        level=Level.INTRODUCTORY,
        weeks=2,
        hours_per_week=10,
        languages=("en", "ru", "zh"),
        topics=("e-commerce",),
        titles={
            "en": "Demo: First Store in Ten Days",
            "ru": "Демо: первый магазин за десять дней",
            "zh": "演示：十天开出第一家网店",
        },
        summaries={
            "en": "For ages 14 to 24, in the order of arrival: whoever comes first has a place at once.",
            "ru": "Для возраста от 14 до 24 лет, в порядке поступления заявок: место сразу.",
            "zh": "面向14至24岁青年，先到先得，立即获得名额。",
        },
        descriptions=_describe(
            en="Ten short lessons, each with one task for the same day. Under age? We ask your parent or guardian.",
            ru="Десять коротких уроков, к каждому одно задание на тот же день. Если вам нет 18 лет, мы спросим "
            "законного представителя.",
            zh="十节短课，每节课当天完成一个任务。如未成年，我们会征求监护人的同意。",
        ),
        credential=Credential.ATTENDANCE,
        targets=(("E-6", 120),),
    ),
    ProgrammePlan(
        slug=FELLOWSHIP,
        kind=ProgrammeKind.FELLOWSHIP,
        mode=Mode.ON_SITE,
        level=Level.ADVANCED,
        weeks=2,
        hours_per_week=40,
        languages=("en",),
        topics=("digital-infrastructure", "digital-trade"),
        titles={
            "en": "Demo: Fellowship for Digital Logistics",
            "ru": "Демо: стажировка по цифровой логистике",
            "zh": "演示：数字物流研修项目",
        },
        summaries={
            "en": "Two weeks in Nairobi for founders from South-East Asia and Africa.",
            "ru": "Две недели в Найроби для предпринимателей из Юго-Восточной Азии и Африки.",
            "zh": "面向东南亚和非洲创业者，在内罗毕为期两周。",
        },
        descriptions=_describe(
            en="Warehouses, last-mile delivery, returns: visits in the morning, work on your own case afterwards.",
            ru="Склады, доставка до двери, возвраты: утром поездки, затем работа над собственной задачей.",
            zh="仓储、末端配送、退货：上午参观，下午研究自己的案例。",
        ),
        targets=(("E-7", 30),),
    ),
)
