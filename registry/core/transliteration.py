"""Names of other scripts in Latin letters, for finding them: near enough to search by, not to print.

Cyrillic goes by letters. Han goes by pinyin: the commoner 3,755 characters of GB 2312 stand in the order of
their sounds, so the first character of each syllable is all that needs to be known; rarer characters of names
are listed. A library would know more readings, and weigh megabytes.
"""

from bisect import bisect_right

from registry.core.i18n import fold


def _table(text: str) -> dict[str, str]:
    pairs = (pair.split(":") for pair in text.split())
    return {sign: sound.replace("-", "") for sign, sound in pairs}


CYRILLIC = _table(
    "а:a б:b в:v г:g д:d е:e з:z и:i й:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f ы:y э:e і:i ё:e "
    "ж:zh х:kh ц:ts ч:ch ш:sh щ:shch ъ:- ь:- ю:iu я:ia ў:u ә:a ғ:gh қ:q ң:ng ө:o ұ:u ү:u һ:h ҳ:h ҷ:j "
    "ӣ:i ӯ:u"
)
_BARE = {"є": "ie", "ґ": "g", "ј": "j", "љ": "l", "њ": "n", "џ": "j", "ћ": "c", "ђ": "d", "ҕ": "g", "ӡ": "z"}
_FIRST = _table(
    "a:啊 ai:埃 an:鞍 ang:肮 ao:凹 ba:芭 bai:白 ban:斑 bang:邦 bao:苞 bei:杯 ben:奔 beng:崩 bi:逼 bian:鞭 "
    "biao:标 bie:鳖 bin:彬 bing:兵 bo:玻 bu:哺 ca:擦 cai:猜 can:餐 cang:苍 cao:操 ce:厕 ceng:层 cha:插 "
    "chai:拆 chan:搀 chang:昌 chao:超 che:车 chen:郴 cheng:撑 chi:吃 chong:充 chou:抽 chu:初 chuai:揣 "
    "chuan:川 chuang:疮 chui:吹 chun:春 chuo:戳 ci:疵 cong:聪 cou:凑 cu:粗 cuan:蹿 cui:摧 cun:村 cuo:磋 "
    "da:搭 dai:呆 dan:耽 dang:当 dao:刀 de:德 deng:蹬 di:堤 dian:颠 diao:碉 die:跌 ding:丁 diu:丢 dong:东 "
    "dou:兜 du:都 duan:端 dui:堆 dun:墩 duo:掇 e:蛾 en:恩 er:而 fa:发 fan:藩 fang:坊 fei:菲 fen:芬 feng:丰 "
    "fo:佛 fou:否 fu:夫 ga:噶 gai:该 gan:干 gang:冈 gao:篙 ge:哥 gei:给 gen:根 geng:耕 gong:工 gou:钩 gu:辜 "
    "gua:刮 guai:乖 guan:棺 guang:光 gui:瑰 gun:辊 guo:锅 ha:哈 hai:骸 han:酣 hang:夯 hao:壕 he:呵 hei:嘿 "
    "hen:痕 heng:哼 hong:轰 hou:喉 hu:呼 hua:花 huai:槐 huan:欢 huang:荒 hui:灰 hun:荤 huo:豁 ji:击 jia:嘉 "
    "jian:歼 jiang:僵 jiao:蕉 jie:揭 jin:巾 jing:荆 jiong:炯 jiu:揪 ju:鞠 juan:捐 jue:撅 jun:均 ka:喀 "
    "kai:开 kan:刊 kang:康 kao:考 ke:坷 ken:肯 keng:坑 kong:空 kou:抠 ku:枯 kua:夸 kuai:块 kuan:宽 kuang:匡 "
    "kui:亏 kun:坤 kuo:括 la:垃 lai:莱 lan:蓝 lang:琅 lao:捞 le:勒 lei:雷 leng:棱 li:厘 lia:俩 lian:联 "
    "liang:粮 liao:撩 lie:列 lin:琳 ling:玲 liu:溜 long:龙 lou:楼 lu:芦 lv:驴 luan:峦 lue:掠 lun:抡 luo:萝 "
    "ma:妈 mai:埋 man:瞒 mang:芒 mao:猫 me:么 mei:玫 men:门 meng:萌 mi:眯 mian:棉 miao:苗 mie:蔑 min:民 "
    "ming:明 miu:谬 mo:摸 mou:谋 mu:拇 na:拿 nai:氖 nan:南 nang:囊 nao:挠 ne:呢 nei:馁 nen:嫩 neng:能 ni:妮 "
    "nian:蔫 niang:娘 niao:鸟 nie:捏 nin:您 ning:柠 niu:牛 nong:脓 nu:奴 nv:女 nuan:暖 nue:虐 nuo:挪 o:哦 "
    "ou:欧 pa:啪 pai:拍 pan:攀 pang:乓 pao:抛 pei:呸 pen:喷 peng:砰 pi:坯 pian:篇 piao:飘 pie:撇 pin:拼 "
    "ping:乒 po:坡 pu:扑 qi:期 qia:掐 qian:牵 qiang:枪 qiao:橇 qie:切 qin:钦 qing:青 qiong:琼 qiu:秋 qu:趋 "
    "quan:圈 que:缺 qun:裙 ran:然 rang:瓤 rao:饶 re:惹 ren:壬 reng:扔 ri:日 rong:戎 rou:揉 ru:茹 ruan:软 "
    "rui:蕊 run:闰 ruo:若 sa:撒 sai:腮 san:三 sang:桑 sao:搔 se:瑟 sen:森 seng:僧 sha:莎 shai:筛 shan:珊 "
    "shang:墒 shao:梢 she:奢 shen:砷 sheng:声 shi:师 shou:收 shu:蔬 shua:刷 shuai:摔 shuan:栓 shuang:霜 "
    "shui:谁 shun:吮 shuo:说 si:斯 song:松 sou:搜 su:嗽 suan:酸 sui:虽 sun:孙 suo:蓑 ta:塌 tai:胎 tan:坍 "
    "tang:汤 tao:掏 te:特 teng:藤 ti:梯 tian:天 tiao:挑 tie:贴 ting:厅 tong:通 tou:偷 tu:凸 tuan:湍 tui:推 "
    "tun:吞 tuo:拖 wa:挖 wai:歪 wan:豌 wang:汪 wei:威 wen:瘟 weng:嗡 wo:挝 wu:巫 xi:昔 xia:瞎 xian:掀 "
    "xiang:相 xiao:萧 xie:楔 xin:薪 xing:星 xiong:兄 xiu:休 xu:墟 xuan:轩 xue:靴 xun:勋 ya:压 yan:焉 "
    "yang:殃 yao:邀 ye:椰 yi:一 yin:茵 ying:英 yo:哟 yong:拥 you:幽 yu:淤 yuan:鸳 yue:曰 yun:耘 za:匝 zai:栽 "
    "zan:咱 zang:赃 zao:遭 ze:责 zei:贼 zen:怎 zeng:增 zha:扎 zhai:摘 zhan:瞻 zhang:樟 zhao:招 zhe:遮 "
    "zhen:珍 zheng:蒸 zhi:芝 zhong:中 zhou:舟 zhu:珠 zhua:抓 zhuai:拽 zhuan:专 zhuang:桩 zhui:椎 zhun:谆 "
    "zhuo:捉 zi:兹 zong:鬃 zou:邹 zu:租 zuan:钻 zui:嘴 zun:尊 zuo:昨 "
)
"""Each syllable of pinyin with the first of its characters in GB 2312."""
_SYLLABLES = list(_FIRST)
_STARTS = [character.encode("gb2312") for character in _FIRST.values()]
_LAST = "座".encode("gb2312")
_RARER = _table(
    "ai:瑷嫒 bei:蓓 bo:柏 can:璨 chang:昶 chen:琛 cheng:晟 di:迪 fei:霏斐绯 ge:戈 guan:莞 han:菡晗涵 hao:昊皓灏颢 "
    "heng:珩 hong:泓 hu:琥 hui:卉蕙 jia:珈 jin:瑾 jing:婧菁璟 jue:珏 jun:珺 ke:珂 lan:岚 lei:磊 li:俐莉骊 "
    "lin:霖麟 ling:羚 lu:璐 man:蔓 miao:淼 min:旻珉 nan:楠 ni:旎 ning:甯 pei:沛 qi:琦琪淇祺 qian:倩茜 qing:卿 "
    "rong:蓉 rui:睿 shan:姗 shu:姝淑 shuo:铄 tan:覃 ting:婷 tong:彤 wan:琬 wei:炜玮薇 wen:雯 xi:玺汐曦 xian:娴 "
    "xiao:筱 xin:鑫馨昕 xuan:璇萱 yan:妍嫣琰 ye:烨 yi:怡懿 yin:胤 ying:滢莹 yu:瑜煜昱钰妤 yuan:媛瑗 yue:玥 yun:芸昀 "
    "ze:泽 zhen:臻 zhi:芷 zi:梓 "
)
_RARE = {character: sound for sound, characters in _RARER.items() for character in characters}
"""Characters of names beyond the commoner ones."""

_ALIKE = (
    # How the same sound is written by different passports and people. Longer ones first.
    *(("shch", "s"), ("sch", "s"), ("dzh", "j"), ("tch", "c"), ("kh", "h"), ("zh", "j"), ("sh", "s")),
    *(("ch", "c"), ("tz", "c"), ("ts", "c"), ("ph", "f"), ("gh", "g"), ("th", "t"), ("ck", "k")),
    *(
        ("x", "h"),
        ("q", "k"),
        ("w", "v"),
        ("lv", "lu"),
        ("nv", "nu"),
        ("y", "i"),
        ("oo", "u"),
        ("ou", "u"),
    ),
)


def is_han(text: str) -> bool:
    """Whether a Han character is in it."""
    return any("㐀" <= each <= "鿿" for each in text)


def spell_latin(text: str) -> list[str]:
    """The text's words in Latin letters, folded; in Han, each character with a known sound is a word."""
    letters = [
        f" {_sound_of(each)} " if is_han(each) else _BARE.get(each, CYRILLIC.get(each, each))
        for each in fold(text)
    ]
    return "".join(letters).split()


def _sound_of(character: str) -> str:
    if character in _RARE:
        return _RARE[character]
    code = character.encode("gb2312", "ignore")
    if not _STARTS[0] <= code <= _LAST:
        return character
    return _SYLLABLES[bisect_right(_STARTS, code) - 1]


def sound(word: str) -> str:
    """A Latin word with its spellings made one: Khasanov and Hasanov, Yuliya and Iuliia are the same."""
    for written, heard in _ALIKE:
        word = word.replace(written, heard)
    return _single(_single(word).replace("ie", "e"))


def _single(word: str) -> str:
    """A doubled letter sounds like one."""
    return "".join(each for number, each in enumerate(word) if number == 0 or each != word[number - 1])


def sound_out(text: str) -> str:
    """How the text sounds as one word."""
    return "".join(sound(word) for word in spell_latin(text))
