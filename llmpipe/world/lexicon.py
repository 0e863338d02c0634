"""
The words of the sample world in English, Chinese and French: few, concrete, and used everywhere.

A model of a million parameters has to meet each word often, so a stream takes its words from here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word in three languages. `key` (the English word) stands for it in labels."""

    en: str
    zh: str
    fr: str

    @property
    def key(self) -> str:
        """Language-independent id."""
        return self.en

    def written(self, language: str) -> str:
        """The word in `language`."""
        return self.zh if language == "zh" else self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Thing(Word):
    """An object: plural, Chinese measure word, French gender ("un" or "une") and plural."""

    plural: str
    measure: str
    article: str
    fr_plural: str


@dataclass(frozen=True, slots=True)
class Place(Word):
    """A public place; `fr_at` is "at the place" in French."""

    fr_at: str


@dataclass(frozen=True, slots=True)
class Verb:
    """A transitive verb: present and past tense in English, Chinese stem, French present and participle."""

    present: str
    past: str
    zh: str
    fr_present: str
    fr_past: str


def _words(rows: str) -> tuple[Word, ...]:
    return tuple(Word(*(part.strip() for part in row.split("|"))) for row in rows.strip().splitlines())


JOBS = _words("""
baker | 面包师 | boulanger
teacher | 老师 | professeur
doctor | 医生 | médecin
farmer | 农民 | fermier
painter | 画家 | peintre
singer | 歌手 | chanteur
driver | 司机 | chauffeur
nurse | 护士 | infirmier
judge | 法官 | juge
cook | 厨师 | cuisinier
pilot | 飞行员 | pilote
writer | 作家 | romancier
tailor | 裁缝 | tailleur
dentist | 牙医 | dentiste
guard | 保安 | gardien
fisher | 渔夫 | pêcheur
""")

CITIES = _words("""
Redhill | 红山 | Redhill
Stonebridge | 石桥 | Stonebridge
Whitefield | 白田 | Whitefield
Longlake | 长湖 | Longlake
Goldport | 金港 | Goldport
Greenwood | 绿林 | Greenwood
Northgate | 北门 | Northgate
Southbay | 南湾 | Southbay
Coldcliff | 寒崖 | Coldcliff
Westford | 西渡 | Westford
Silverton | 银镇 | Silverton
Cloudtop | 云顶 | Cloudtop
Starfall | 星落 | Starfall
Moonriver | 月河 | Moonriver
Sunvale | 日谷 | Sunvale
Snowpeak | 雪峰 | Snowpeak
""")

HOBBIES = _words("""
chess | 下棋 | les échecs
painting | 画画 | la peinture
fishing | 钓鱼 | la pêche
swimming | 游泳 | la natation
dancing | 跳舞 | la danse
singing | 唱歌 | le chant
reading | 读书 | la lecture
running | 跑步 | la course
cooking | 做饭 | la cuisine
cycling | 骑车 | le vélo
gardening | 种花 | le jardinage
skating | 滑冰 | le patinage
""")

THINGS = tuple(
    Thing(en, zh, fr, plural, measure, article, fr_plural)
    for en, zh, fr, plural, measure, article, fr_plural in (
        ("lamp", "灯", "lampe", "lamps", "盏", "une", "lampes"),
        ("table", "桌子", "table", "tables", "张", "une", "tables"),
        ("chair", "椅子", "chaise", "chairs", "把", "une", "chaises"),
        ("book", "书", "livre", "books", "本", "un", "livres"),
        ("map", "地图", "carte", "maps", "张", "une", "cartes"),
        ("clock", "钟", "pendule", "clocks", "座", "une", "pendules"),
        ("bag", "包", "sac", "bags", "个", "un", "sacs"),
        ("hat", "帽子", "chapeau", "hats", "顶", "un", "chapeaux"),
        ("knife", "刀", "couteau", "knives", "把", "un", "couteaux"),
        ("cup", "杯子", "tasse", "cups", "个", "une", "tasses"),
        ("bottle", "瓶子", "bouteille", "bottles", "个", "une", "bouteilles"),
        ("box", "盒子", "boîte", "boxes", "个", "une", "boîtes"),
        ("ring", "戒指", "bague", "rings", "枚", "une", "bagues"),
        ("mirror", "镜子", "miroir", "mirrors", "面", "un", "miroirs"),
        ("piano", "钢琴", "piano", "pianos", "架", "un", "pianos"),
        ("drum", "鼓", "tambour", "drums", "面", "un", "tambours"),
    )
)

PLACES = tuple(
    Place(en, zh, fr, fr_at)
    for en, zh, fr, fr_at in (
        ("market", "市场", "marché", "au marché"),
        ("school", "学校", "lycée", "au lycée"),
        ("hospital", "医院", "clinique", "à la clinique"),
        ("library", "图书馆", "bibliothèque", "à la bibliothèque"),
        ("bank", "银行", "banque", "à la banque"),
        ("museum", "博物馆", "musée", "au musée"),
        ("station", "车站", "gare", "à la gare"),
        ("park", "公园", "parc", "au parc"),
    )
)

VERBS = (
    Verb("buys", "bought", "买", "achète", "acheté"),
    Verb("sells", "sold", "卖", "vend", "vendu"),
    Verb("finds", "found", "找到", "trouve", "trouvé"),
    Verb("loses", "lost", "弄丢", "perd", "perdu"),
    Verb("brings", "brought", "带来", "apporte", "apporté"),
    Verb("cleans", "cleaned", "擦洗", "nettoie", "nettoyé"),
    Verb("repairs", "repaired", "修理", "répare", "réparé"),
    Verb("draws", "drew", "画", "dessine", "dessiné"),
    Verb("hides", "hid", "藏", "cache", "caché"),
    Verb("needs", "needed", "要", "demande", "demandé"),
)

COLOURS = _words("""
red | 红色 | rouge
yellow | 黄色 | jaune
pink | 粉色 | rose
beige | 米色 | beige
brown | 棕色 | marron
""")

MONTHS = _words("""
January | 一月 | janvier
February | 二月 | février
March | 三月 | mars
April | 四月 | avril
May | 五月 | mai
June | 六月 | juin
July | 七月 | juillet
August | 八月 | août
September | 九月 | septembre
October | 十月 | octobre
November | 十一月 | novembre
December | 十二月 | décembre
""")

DAYS = _words("""
Monday | 周一 | lundi
Tuesday | 周二 | mardi
Wednesday | 周三 | mercredi
Thursday | 周四 | jeudi
Friday | 周五 | vendredi
Saturday | 周六 | samedi
Sunday | 周日 | dimanche
tomorrow | 明天 | demain
""")

TIMES = tuple(
    Word(f"{hour} {half}", f"{zh}{hour}点", f"{hour} h")
    for half, zh in (("am", "上午"), ("pm", "下午"))
    for hour in range(1, 12)
)

YEARS = tuple(Word(str(year), f"{year}年", str(year)) for year in range(1950, 2020))
