"""What invented applicants write, each in the language they read the registry in."""

from random import Random


def _paragraphs(text: str, joiner: str = " ") -> tuple[str, ...]:
    """Texts that stand in the code with a blank line between them, each as one line."""
    return tuple(
        joiner.join(line.strip() for line in each.strip().splitlines()) for each in text.split("\n\n")
    )


GOODS: dict[str, tuple[str, ...]] = {
    "en": (
        *(
            "dried apricots",
            "felt toys",
            "hand-made soap",
            "phone repairs",
            "embroidered bags",
            "mountain honey",
        ),
        *("ceramic cups", "silk scarves", "English lessons", "cotton shirts", "spices", "leather belts"),
    ),
    "ru": (
        *("сухофрукты", "игрушки из войлока", "мыло ручной работы", "ремонт телефонов", "вышитые сумки"),
        *(
            "горный мёд",
            "керамические чашки",
            "шёлковые платки",
            "уроки русского языка",
            "льняную одежду",
            "травяные чаи",
        ),
    ),
    "zh": (
        "干果",
        "手工皂",
        "陶瓷杯",
        "丝绸围巾",
        "山里的蜂蜜",
        "手机维修",
        "刺绣包",
        "茶叶",
        "木雕",
        "农家辣酱",
    ),
}
_MOTIVATIONS: dict[str, tuple[str, ...]] = {
    "en": _paragraphs(
        """
        My family makes {goods}. Our neighbours buy from us, but nobody beyond the valley knows us. I
        want to learn how to show our work online, take payments and send parcels to other countries.

        I have sold {goods} through a messenger group for a year. Orders get lost and I answer at night.
        I would like to set up a real shop, plan my stock and hire my first helper.

        I study economics and want to start something of my own before I finish. Buyers in the neighbouring
        states might like {goods} from our region; I need to learn about customs, prices and trust.

        In our town there is little work for young people. I would open an online shop for {goods} with
        two friends and teach others what I learn.
        """
    ),
    "ru": _paragraphs(
        """
        Наша семья делает {goods}. Покупают соседи, а дальше района о нас никто не знает. Хочу научиться
        показывать товар в интернете, принимать оплату и отправлять посылки в другие страны.

        Уже год продаю {goods} через группу в мессенджере. Заказы теряются, отвечаю ночами. Хочу открыть
        настоящий магазин, планировать запасы и взять первого помощника.

        Учусь на экономиста и хочу начать своё дело до диплома: предлагать {goods} покупателям соседних
        стран. Нужно разобраться в таможне, ценах и доверии покупателей.

        В нашем городе мало работы для молодёжи. Вместе с друзьями хочу продавать {goods} в интернете и
        учить этому других.
        """
    ),
    "zh": _paragraphs(
        """
        我家做{goods}，只有附近的人来买。我想学习怎样在网上展示产品、收款和寄到别的国家。

        我在聊天群里卖{goods}一年了，订单常常弄丢。我想开一家真正的网店，学会管理库存，
        并请第一位帮手。

        我在大学学经济，想在毕业前创业。我们家乡的{goods}可以卖到邻国，
        我需要了解海关、定价和信用。

        我们县城年轻人的工作机会不多。我想和两个朋友一起在网上卖{goods}，
        再把学到的教给别人。
        """,
        joiner="",
    ),
}
_PLANS: dict[str, tuple[str, ...]] = {
    "en": _paragraphs(
        """
        In the first month I photograph everything and write texts in two languages. By the third I want
        ten orders a week.

        I will move our orders into one shop, set prices that cover delivery, and try one marketplace
        abroad.

        With two friends I register a small business and rent a room for packing. We start with thirty
        products.
        """
    ),
    "ru": _paragraphs(
        """
        В первый месяц сфотографирую весь товар и напишу тексты на двух языках. К третьему хочу десять
        заказов в неделю.

        Соберу заказы в одном магазине, посчитаю цены с доставкой и попробую одну зарубежную площадку.

        С друзьями зарегистрируем небольшое дело и снимем комнату для упаковки. Начнём с тридцати
        товаров.
        """
    ),
    "zh": _paragraphs(
        """
        第一个月拍好所有产品的照片，写两种语言的介绍。第三个月希望每周有十个订单。

        我会把订单集中到一个网店，算好含运费的价格，再试一个国外平台。

        我和两个朋友注册一家小公司，租一间房打包，先上架三十种产品。
        """,
        joiner="",
    ),
}
_EXPERIENCE = {"none": 4, "learning": 3, "some": 2, "regular": 1}


def write_answers(locale: str, random: Random) -> dict[str, str]:
    """Answers to the standard form by the keys of its questions."""
    goods = random.choice(GOODS[locale])
    motivation = random.choice(_MOTIVATIONS[locale]).format(goods=goods)
    return {
        "motivation": motivation[0].upper() + motivation[1:],
        "goods": goods,
        "experience": random.choices(list(_EXPERIENCE), list(_EXPERIENCE.values()))[0],
        "plans": random.choice(_PLANS[locale]),
    }


_SHOPS = {
    "en": ("Valley Goods", "The Felt Corner", "Two Rivers Shop", "Sunny Crafts"),
    "ru": ("Горный дворик", "Войлочный уголок", "Две реки", "Солнечная лавка"),
    "zh": ("山谷小店", "毛毡角落", "两江小铺", "阳光手作"),
}


def write_shop(locale: str, random: Random) -> tuple[str, str, int]:
    """Name, kind of goods and monthly orders of a shop."""
    return random.choice(_SHOPS[locale]), random.choice(("food", "clothes", "other")), random.randrange(2, 90)
