"""Documents that nobody would keep: languages that are not wanted, and what machines leave where a text should be."""

import calendar
import random

from variants.contract import Make, Planted
from variants.parts import digits, sentences

# --- other languages --------------------------------------------------------------------------------

FOREIGN: dict[str, tuple[str, ...]] = {  # notices, reviews, small news; {p} a place, {n} a number
    "sv": (
        "Biblioteket i {p} håller stängt på måndag eftersom taket ska lagas.",
        "Vi åkte båt i {n} minuter och såg fyren på långt håll.",
        "Jag köpte en begagnad cykel för {n} kronor och är mycket nöjd.",
        "Kom gärna i tid, för kaffet brukar ta slut före klockan tio.",
        "Kommunen har beslutat att bygga {n} nya lägenheter nära stationen.",
    ),
    "da": (
        "Børnehaven i {p} søger en pædagog, der kan begynde efter sommerferien.",
        "Maden var god, men vi ventede {n} minutter på regningen.",
        "Husk at tage regntøj med, for vejret skifter hurtigt ude ved kysten.",
        "Der kom {n} mennesker til mødet, og de fleste var imod planen.",
        "Min bedstemor lærte mig at bage rugbrød, da jeg var otte år.",
    ),
    "fi": (
        "Uimahalli on suljettu huomenna, koska {p} saa uuden vesijohdon.",
        "Kävelimme metsässä {n} kilometriä ja söimme eväät järven rannalla.",
        "Hotelli oli siisti, mutta aamiainen loppui liian aikaisin.",
        "Kokoukseen tuli {n} ihmistä, ja keskustelu jatkui myöhään iltaan.",
        "Isä korjasi vanhan veneen ja maalasi sen keväällä siniseksi.",
    ),
    "cs": (
        "Vlak do města {p} má dnes zpoždění {n} minut kvůli opravě trati.",
        "Polévka byla výborná, ale číšník na nás úplně zapomněl.",
        "V sobotu jsme šli na houby a našli jsme jich plný košík.",
        "Radnice koupila {n} nových laviček a postavila je do parku.",
        "Babička nám vždycky vyprávěla, jak se žilo na vesnici před válkou.",
    ),
    "hu": (
        "A múzeum {p} főterén hétfőn zárva tart, mert felújítják a termeket.",
        "Az út {n} percig tartott, és közben végig esett az eső.",
        "A szoba tiszta volt, de a szomszédok egész éjjel zajongtak.",
        "Nagymamám receptje szerint a tésztát előző este kell elkészíteni.",
        "A gyűlésen {n} ember vett részt, és sokan kérdeztek az új iskoláról.",
    ),
    "ro": (
        "Trenul spre {p} pleacă astăzi cu {n} de minute mai târziu din cauza zăpezii.",
        "Am mâncat foarte bine, dar serviciul a fost destul de lent.",
        "Primăria a plantat {n} de copaci lângă școală în această primăvară.",
        "Bunica spunea mereu că pâinea bună are nevoie de timp.",
        "Am găsit o pisică în curte și copiii vor să o păstreze.",
    ),
    "nb": (
        "Skolen i {p} får nytt tak i sommer, og elevene må bruke den andre inngangen.",
        "Vi gikk {n} kilometer i regn før vi fant hytta.",
        "Jeg er ikke fornøyd med telefonen, for batteriet varer bare en halv dag.",
        "Det kom {n} innbyggere på møtet, og ordføreren svarte på spørsmål.",
        "Husk å ta med ullsokker og noe varmt å drikke.",
    ),
    "id": (
        "Perpustakaan di {p} tutup pada hari Senin karena sedang diperbaiki.",
        "Kami menunggu bus selama {n} menit, lalu memutuskan untuk berjalan kaki.",
        "Makanannya enak, tetapi harganya agak mahal untuk mahasiswa.",
        "Sebanyak {n} warga datang ke pertemuan itu dan bertanya tentang jalan baru.",
        "Ibu saya selalu menanam cabai dan tomat di belakang rumah.",
    ),
    "el": (
        "Το σχολείο στην πόλη {p} θα μείνει κλειστό λόγω έργων στην αυλή.",
        "Περιμέναμε {n} λεπτά το λεωφορείο και τελικά πήγαμε με τα πόδια.",
        "Το φαγητό ήταν πολύ νόστιμο, αλλά το μαγαζί είχε πολλή φασαρία.",
        "Στη συνέλευση ήρθαν {n} κάτοικοι και μίλησαν για τον νέο δρόμο.",
        "Η γιαγιά μου έφτιαχνε ψωμί κάθε Σάββατο πρωί.",
    ),
    "uk": (
        "Бібліотека в місті {p} сьогодні зачинена, бо там ремонтують дах.",
        "Ми чекали на автобус {n} хвилин, а потім пішли пішки.",
        "Кава тут смачна, але місця для дітей зовсім немає.",
        "На зборах було {n} мешканців, і всі питали про нову дорогу.",
        "Бабуся щороку саджає помідори й роздає їх сусідам.",
    ),
    "bg": (
        "Училището в град {p} ще бъде затворено, защото сменят покрива.",
        "Чакахме автобуса {n} минути и накрая тръгнахме пеша.",
        "Храната беше вкусна, но обслужването беше много бавно.",
        "На събранието дойдоха {n} жители и питаха за новия път.",
        "Баба ми всяка неделя правеше баница за цялото семейство.",
    ),
    "he": (
        "הספרייה ב-{p} תהיה סגורה מחר בגלל תיקונים בגג.",
        "חיכינו לאוטובוס {n} דקות ובסוף הלכנו ברגל.",
        "האוכל היה טעים, אבל השירות היה איטי מאוד.",
        "לאסיפה הגיעו {n} תושבים ושאלו על הכביש החדש.",
        "סבתא שלי אופה לחם בכל יום שישי בבוקר.",
    ),
    "fa": (
        "کتابخانه‌ی شهر {p} فردا به دلیل تعمیر سقف بسته است.",
        "ما {n} دقیقه منتظر اتوبوس ماندیم و بعد پیاده رفتیم.",
        "غذا خیلی خوشمزه بود، اما قیمت‌ها کمی بالا بود.",
        "در جلسه {n} نفر از اهالی درباره‌ی جاده‌ی جدید سؤال کردند.",
        "مادربزرگم هر جمعه برای همه‌ی خانواده نان می‌پخت.",
    ),
    "hi": (
        "{p} का पुस्तकालय कल बंद रहेगा क्योंकि छत की मरम्मत हो रही है।",
        "हमने बस के लिए {n} मिनट इंतज़ार किया और फिर पैदल चल दिए।",
        "खाना बहुत अच्छा था, लेकिन दाम थोड़े ज़्यादा थे।",
        "बैठक में {n} लोग आए और उन्होंने नई सड़क के बारे में पूछा।",
        "मेरी दादी हर रविवार को पूरे परिवार के लिए रोटी बनाती हैं।",
    ),
    "th": (
        "ห้องสมุดที่{p}จะปิดในวันพรุ่งนี้เพราะต้องซ่อมหลังคา",
        "เรารอรถเมล์อยู่{n}นาที แล้วก็ตัดสินใจเดินไปเอง",
        "อาหารอร่อยมาก แต่ราคาค่อนข้างแพงสำหรับนักเรียน",
        "มีชาวบ้าน{n}คนมาประชุมและถามเรื่องถนนสายใหม่",
        "คุณยายทำขนมให้ทุกคนในครอบครัวทุกวันอาทิตย์",
    ),
    "sw": (
        "Maktaba ya {p} itafungwa kesho kwa sababu paa linatengenezwa.",
        "Tulisubiri basi kwa dakika {n} kisha tukaamua kutembea kwa miguu.",
        "Chakula kilikuwa kitamu sana lakini bei ilikuwa juu kidogo.",
        "Watu {n} walikuja kwenye mkutano na kuuliza kuhusu barabara mpya.",
        "Bibi yangu hupika maandazi kila Jumapili asubuhi kwa familia nzima.",
    ),
}
TOWNS = ("Tamrel", "Osk", "Belvo", "Quin", "Harna", "Dolpe", "Mirsk", "Avenol", "Tok", "Zelba", "Fant", "Gorun")


def foreign(code: str) -> Make:
    """Three sentences in another language, as on a local page."""

    def make(draw: random.Random, text: str, language: str) -> Planted:
        lines = (line.format(p=draw.choice(TOWNS), n=draw.randrange(12, 90)) for line in draw.sample(FOREIGN[code], 3))
        return Planted(" ".join(lines), "drop")

    return make


# --- junk -------------------------------------------------------------------------------------------

NOUNS = {
    "en": (
        "travel",
        "garden",
        "music",
        "kitchen",
        "history",
        "camera",
        "winter",
        "school",
        "market",
        "paper",
        "river",
        "health",
        "car",
    ),
    "zh": ("旅游", "花园", "音乐", "厨房", "历史", "相机", "冬天", "学校", "市场", "报纸", "河流", "健康", "汽车"),
}


def tag_cloud(draw: random.Random, text: str, language: str) -> Planted:
    """The tags of a blog with their counts, without a post."""
    joint = " " if language == "en" else ""
    pairs = [one + joint + other for one in NOUNS[language] for other in NOUNS[language] if one != other]
    tags = (f"{tag}({draw.randrange(1, 400)})" for tag in draw.sample([*NOUNS[language], *pairs], 40))
    return Planted(" ".join(tags), "drop")


def month_tables(draw: random.Random, text: str, language: str) -> Planted:
    """The calendars of an archive page, month after month."""
    days = {"en": "Mo Tu We Th Fr Sa Su", "zh": "一 二 三 四 五 六 日"}[language]
    year, rows = draw.randrange(2005, 2022), []
    for month in sorted(draw.sample(range(1, 13), 3)):
        weeks = calendar.monthcalendar(year, month)
        rows += [f"{year}-{month:02}", days, *(" ".join(f"{day or '':2}" for day in week) for week in weeks)]
    return Planted("\n".join(rows), "drop")


def stack_trace(draw: random.Random, text: str, language: str) -> Planted:
    """A page that shows the failure of the program that should have made it."""
    error = {"en": "Cannot get a connection, pool exhausted", "zh": "无法获取连接，连接池已满"}[language]
    site, frames = draw.choice(("eastmere.portal", "rivergate.shop", "donghu.oa")), []
    for _ in range(16):
        part = draw.choice(("User", "Order", "Page", "Login", "Image")) + draw.choice(
            ("Dao", "Service", "Filter", "Servlet")
        )
        call = draw.choice(("invoke", "doFilter", "find", "load", "service"))
        frames.append(f"\tat com.{site}.{part}.{call}({part}.java:{draw.randrange(20, 990)})")
    return Planted(f"HTTP Status 500 - java.sql.SQLException: {error}\n" + "\n".join(frames), "drop")


def sheet(draw: random.Random, text: str, language: str) -> Planted:
    """An export of measurements: a head and rows of numbers."""
    rows = [{"en": "id,date,min,max,mean,flag", "zh": "编号,日期,最小,最大,平均,标记"}[language]]
    for _ in range(22):
        date = f"2017-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        values = f"{draw.random():.3f},{draw.random() * 90:.3f},{draw.random() * 40:.4f},{draw.randrange(2)}"
        rows.append(f"{draw.randrange(10**5)},{date},{values}")
    return Planted("\n".join(rows), "drop")


def hex_dump(draw: random.Random, text: str, language: str) -> Planted:
    """Bytes of a firmware image, as in bug reports."""
    rows = (f"{i * 16:08x}  {' '.join(f'{byte:02x}' for byte in draw.randbytes(16))}" for i in range(16))
    return Planted("\n".join(rows), "drop")


def word_salad(draw: random.Random, text: str, language: str) -> Planted:
    """The words of a text in disorder, as doorway pages for search engines have them."""
    parts = text.split() if language == "en" else list(text.replace("\n", ""))
    parts = parts + parts[: len(parts) // 2]
    draw.shuffle(parts)
    return Planted((" " if language == "en" else "").join(parts), "drop")


def contents(draw: random.Random, text: str, language: str) -> Planted:
    """A table of contents with its dots, without the book."""
    page, rows = 1, []
    for number in range(1, 19):
        page += draw.randrange(2, 19)
        title = f"{number}.{draw.randrange(1, 9)} {draw.choice(NOUNS[language])}"
        rows.append(f"{title} {'.' * draw.randrange(30, 60)} {page}")
    return Planted("\n".join(rows), "drop")


def style_sheet(draw: random.Random, text: str, language: str) -> Planted:
    """Rules of a style sheet that lost their element."""
    parts, rules = ("nav", "menu", "post", "widget", "btn", "title", "box"), []
    for _ in range(16):
        look = f"margin:{draw.randrange(40)}px {draw.randrange(40)}px;color:#{draw.randrange(16**6):06x}"
        rules.append(f".{draw.choice(parts)}-{draw.choice(parts)}{{{look};font-size:{draw.randrange(9, 30)}px}}")
    return Planted("\n".join(rules), "drop")


def robot_check(draw: random.Random, text: str, language: str) -> Planted:
    """What a crawler gets where a guard against robots stands before the page."""
    ray = f"{draw.randrange(16**16):016x}"
    page = {
        "en": f"Just a moment...\nChecking your browser before accessing www.site{draw.randrange(999)}.org\n"
        "Please enable JavaScript and cookies to continue\n"
        f"This process is automatic. Your browser will redirect shortly.\nRay ID: {ray}",
        "zh": f"请稍候…\n正在检查您的浏览器，完成后将自动跳转到 www.site{draw.randrange(999)}.cn\n"
        f"请开启JavaScript和Cookie后继续访问\n您的访问过于频繁，请输入验证码\n请求编号：{ray}",
    }
    return Planted(page[language], "drop")


def parked(draw: random.Random, text: str, language: str) -> Planted:
    """The page of a dealer in domain names."""
    name, price = (
        f"{draw.choice(NOUNS['en'])}{draw.choice(NOUNS['en'])}{draw.randrange(99)}.com",
        f"{draw.randrange(300, 9000):,}",
    )
    page = {
        "en": f"{name} is for sale!\nBuy now: ${price} USD - Make an offer - Lease to own\n"
        "This domain is parked free of charge.\n"
        f"Related searches: {', '.join(draw.choices(NOUNS['en'], k=5))}",
        "zh": f"您访问的域名 {name} 正在出售！\n一口价：￥{price} 立即购买 在线议价\n"
        "本域名由米市场代为展示，如需购买请联系客服。\n"
        f"相关搜索：{' '.join(draw.choices(NOUNS['zh'], k=5))}",
    }
    return Planted(page[language], "drop")


REPLIES = {
    "en": (
        "bump",
        "+1",
        "up",
        "nice",
        "thx!!!",
        "first",
        "lol",
        "same here",
        "following",
        "this^^",
        "pm sent",
        "thanks for sharing",
    ),
    "zh": (
        "顶",
        "沙发",
        "板凳",
        "支持楼主",
        "路过",
        "mark",
        "好贴要顶",
        "打酱油的",
        "学习了",
        "谢谢分享",
        "前排",
        "+1",
    ),
}


def empty_thread(draw: random.Random, text: str, language: str) -> Planted:
    """A page of replies that say nothing, as threads with hidden downloads have."""
    floor = draw.randrange(20, 900)
    rows = (
        f"#{floor + i} {draw.choice(REPLIES[language])}{draw.choice(('', '!', '!!!!', ' :D', '~~~'))}"
        for i in range(22)
    )
    return Planted("\n".join(rows), "drop")


def folder_index(draw: random.Random, text: str, language: str) -> Planted:
    """The listing of a folder on a server."""
    year, rows = draw.randrange(2004, 2016), []
    for _ in range(18):
        name = f"{draw.choice(('IMG', 'DSC', 'SCAN'))}_{digits(draw, 4)}.{draw.choice(('jpg', 'JPG', 'pdf', 'tif'))}"
        date = f"{year}-0{draw.randrange(1, 10)}-1{draw.randrange(10)} 11:{draw.randrange(10, 60)}"
        rows.append(f"[   ] {name}  {date}  {draw.randrange(1, 900)}K")
    return Planted(f"Index of /files/{year}\nName  Last modified  Size\n" + "\n".join(rows), "drop")


def draws_of_lottery(draw: random.Random, text: str, language: str) -> Planted:
    """The archive of a lottery: numbers and nothing else."""
    label, first, rows = {"en": "Draw", "zh": "期号"}[language], draw.randrange(2005000, 2019000), []
    for number in range(first, first + 18):
        drawn = " ".join(f"{n:02}" for n in sorted(draw.sample(range(1, 34), 6)))
        rows.append(f"{label} {number}: {drawn} + {draw.randrange(1, 17):02}")
    return Planted("\n".join(rows), "drop")


def shifted_font(draw: random.Random, text: str, language: str) -> Planted | None:
    """Glyph numbers of a PDF's own font in the place of its letters: English 29 places lower."""
    if language == "zh":
        return None
    return Planted("".join(chr(ord(c) - 29) if 32 <= ord(c) < 127 else c for c in text), "drop")


CASINO = {
    "en": (
        "free spins",
        "online casino",
        "no deposit bonus",
        "jackpot slots",
        "sign up today",
        "VIP odds",
        "instant payout",
        "live roulette",
    ),
    "zh": ("真人娱乐", "注册送彩金", "老虎机", "官方直营", "首存优惠", "极速提现", "百家乐", "信誉平台"),
}


def casino(draw: random.Random, text: str, language: str) -> Planted:
    """An advertisement of games of chance between scraps of a stolen text."""
    words, scraps, rows = CASINO[language], sentences(text, language), []
    for _ in range(9):
        scrap = draw.choice(scraps)[:14]
        rows.append(
            f"{draw.choice(words)}{draw.choice('★▶◆♠')}{draw.choice(words)}【{digits(draw, 4)}.vip】{scrap}… "
            f"{draw.choice(words)}"
        )
    return Planted("\n".join(rows), "drop")


LOW_QUALITY: tuple[Make, ...] = (
    tag_cloud, month_tables, stack_trace, sheet, hex_dump, word_salad, contents, style_sheet, robot_check, parked,
    empty_thread, folder_index, draws_of_lottery, shifted_font, casino,
)  # fmt: skip
