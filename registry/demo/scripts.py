"""How names of one script are written in Latin letters, as passports do it: enough for invented names."""

import unicodedata

from registry.core.transliteration import CYRILLIC


def _table(text: str) -> dict[str, str]:
    pairs = (pair.split(":") for pair in text.split())
    return {sign: sound.replace("-", "") for sign, sound in pairs}


_DEVANAGARI_VOWELS = _table("अ:a आ:a इ:i ई:i उ:u ऊ:u ऋ:ri ए:e ऐ:ai ओ:o औ:au")
_DEVANAGARI_SIGNS = _table("ा:a ि:i ी:i ु:u ू:u ृ:ri े:e ै:ai ो:o ौ:au ॉ:o ्:-")
_DEVANAGARI_LETTERS = _table(
    "क:k ख:kh ग:g घ:gh ङ:ng च:ch छ:chh ज:j झ:jh ञ:n ट:t ठ:th ड:d ढ:dh ण:n त:t थ:th द:d ध:dh न:n प:p "
    "फ:ph ब:b भ:bh म:m य:y र:r ल:l व:v श:sh ष:sh स:s ह:h"
)
_NASAL = _table("ं:n ँ:n ः:h ़:-")
_SYLLABLES = _table(
    "an:安 bin:斌彬 bing:兵 bo:波博 chang:畅 chao:超 chen:晨陈 cheng:成程 chun:春 dan:丹 deng:邓 "
    "dong:东冬 fan:帆 fang:芳方 fei:飞 feng:凤峰冯 fu:傅 gang:刚 gao:高 gui:桂 guo:国郭 hai:海 "
    "han:韩 hao:浩郝 he:何贺 hong:红 hu:胡 hua:华花 huan:欢 huang:黄 hui:慧辉 jia:佳 jian:健建 "
    "jie:杰洁 jin:金 jing:静晶 juan:娟 jun:军俊 kai:凯 kun:坤 lan:兰 lei:雷磊 li:李丽利莉黎 "
    "liang:亮梁 lin:林琳 ling:玲 liu:刘柳 long:龙 lu:璐陆 luo:罗 ma:马 mei:梅 min:敏 ming:明 "
    "na:娜 nan:楠 ning:宁 peng:鹏彭 ping:平萍 qian:倩 qiang:强 qin:琴秦 rong:荣 rui:瑞 shen:沈申 "
    "shu:淑 shuai:帅 sun:孙 tang:唐 tao:涛 ting:婷 wang:王汪 wei:伟魏 wen:文 wu:吴 xia:霞 "
    "xiang:想香 xiao:小萧 xie:谢 xin:鑫欣 xiu:秀 xu:旭徐许 xue:雪 yan:燕艳岩 yang:阳洋杨 ye:叶 "
    "ying:英颖莹 yong:勇 yu:宇玉瑜于余 yuan:袁 yun:云 zeng:曾 zhang:张 zhao:赵 zhen:珍 zheng:郑 "
    "zhi:志芝 zhong:钟 zhou:周 zhu:朱"
)
PINYIN = {character: sound for sound, characters in _SYLLABLES.items() for character in characters}
"""Characters of common names."""


def from_cyrillic(name: str) -> str:
    """Айгерім -> Aigerim."""
    return _title("".join(CYRILLIC.get(letter, letter) for letter in name.casefold()))


def from_devanagari(name: str) -> str:
    """राम -> Ram: a letter without a vowel sign sounds with an a, which falls silent at a word's end."""
    sounds: list[str] = []
    name = unicodedata.normalize("NFD", name)
    for letter in name:
        if letter in _DEVANAGARI_LETTERS:
            sounds += [_DEVANAGARI_LETTERS[letter], "a"]
        elif letter in _DEVANAGARI_SIGNS and sounds:
            sounds[-1] = _DEVANAGARI_SIGNS[letter]
        elif letter in _DEVANAGARI_VOWELS:
            sounds.append(_DEVANAGARI_VOWELS[letter])
        else:
            sounds.append(_NASAL.get(letter, letter))
    if name and name[-1] in _DEVANAGARI_LETTERS and len(name) > 1:
        sounds.pop()
    return _title("".join(sounds))


def from_han(name: str) -> str:
    """小明 -> Xiaoming.

    Errors: KeyError for a character that is not among PINYIN.
    """
    return "".join(PINYIN[character] for character in name).capitalize()


def is_pinyin_known(name: str) -> bool:
    """Whether `from_han` can write the name."""
    return all(character in PINYIN for character in name)


def _title(name: str) -> str:
    return " ".join(part[:1].upper() + part[1:] for part in name.split())
