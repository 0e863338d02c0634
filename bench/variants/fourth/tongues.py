"""
The languages that crawls hold most of, in registers that the sets before have not: news, boards, kitchens, games.

Not French, which the recipe of the sample world keeps.
"""

from variants.contract import Make
from variants.parts import foreign_page

FOREIGN: dict[str, tuple[str, ...]] = {  # {p} a place, {n} a number
    "ru_news": (
        "В {p} завершился ремонт моста, движение по нему откроют на следующей неделе.",
        "По словам мэра, на работы ушло {n} миллионов рублей.",
        "Жители жалуются, что автобусы по-прежнему ходят с опозданием.",
        "Полиция просит откликнуться всех, кто видел аварию вечером в четверг.",
    ),
    "de_news": (
        "Der Gemeinderat von {p} hat am Dienstag über den neuen Radweg abgestimmt.",
        "Nach Angaben der Polizei wurden {n} Fahrzeuge kontrolliert.",
        "Verletzt wurde niemand, der Sachschaden ist jedoch erheblich.",
        "Die Bauarbeiten sollen voraussichtlich bis zum Herbst dauern.",
    ),
    "de_board": (
        "Hallo zusammen, ich habe seit gestern ein Problem mit meinem Drucker.",
        "Hast du schon versucht, den Treiber neu zu installieren?",
        "Bei mir hat es nach {n} Versuchen endlich geklappt, danke für den Tipp!",
        "Ich wohne in {p} und suche jemanden, der sich damit auskennt.",
    ),
    "ja_board": (
        "質問なのですが、この機種の電池は自分で交換できますか？",
        "私も同じ症状でしたが、{n}分ほど電源を切ったら直りました。",
        "{p}の店で聞いてみたところ、修理は来月になるそうです。",
        "返信ありがとうございます。試してみます。",
    ),
    "ja_news": (
        "{p}市は十二日、老朽化した橋の架け替え工事を始めると発表した。",
        "警察によると、当時現場には{n}人がいたが、けがをした人はいなかった。",
        "会場には朝から多くの家族連れが訪れ、にぎわいを見せた。",
        "市の担当者は「住民の声を聞きながら進めたい」と話している。",
    ),
    "es_news": (
        "El ayuntamiento de {p} aprobó ayer el presupuesto para el próximo año.",
        "Según la policía, {n} personas fueron evacuadas sin sufrir heridas.",
        "Los vecinos llevan meses pidiendo que se arregle el alumbrado.",
        "La obra debería terminar antes de que empiece el curso escolar.",
    ),
    "es_kitchen": (
        "Pelamos las patatas y las cortamos en rodajas no muy finas.",
        "Dejamos cocer a fuego lento unos {n} minutos, removiendo de vez en cuando.",
        "Esta receta me la enseñó mi abuela cuando vivíamos en {p}.",
        "Si os sobra salsa, podéis guardarla en la nevera un par de días.",
    ),
    "it_kitchen": (
        "Lavate le zucchine, tagliatele a dadini e fatele rosolare con la cipolla.",
        "Lasciate riposare l'impasto per {n} minuti coperto da un panno.",
        "Questo dolce si prepara a {p} durante le feste di primavera.",
        "Servite subito, con una spolverata di formaggio grattugiato.",
    ),
    "it_news": (
        "Il sindaco di {p} ha annunciato la riapertura della biblioteca comunale.",
        "I vigili del fuoco hanno lavorato {n} ore per spegnere l'incendio.",
        "Secondo i residenti, la strada era chiusa già da diverse settimane.",
        "La partita è stata rinviata a causa del maltempo.",
    ),
    "pt_news": (
        "A prefeitura de {p} vai reformar a praça central a partir de segunda-feira.",
        "De acordo com os bombeiros, {n} famílias precisaram deixar suas casas.",
        "Os moradores reclamam da falta de água há mais de uma semana.",
        "O jogo foi adiado por causa da chuva forte que caiu à tarde.",
    ),
    "pt_shop": (
        "O prazo de entrega é de {n} dias úteis após a confirmação do pagamento.",
        "Comprei pela internet e o produto chegou antes do previsto, recomendo.",
        "A loja de {p} não aceita trocas sem a nota fiscal.",
        "O tecido é macio, mas a cor ficou um pouco diferente da foto.",
    ),
    "pl_board": (
        "Cześć, czy ktoś z was wymieniał już uszczelkę w tej pralce?",
        "U mnie pomogło odłączenie zasilania na {n} minut.",
        "Mieszkam w {p} i nie mogę znaleźć dobrego fachowca.",
        "Dzięki za szybką odpowiedź, jutro spróbuję i dam znać.",
    ),
    "nl_board": (
        "Heeft iemand ervaring met het vervangen van deze accu?",
        "Na {n} minuten wachten deed hij het bij mij weer gewoon.",
        "In {p} zit een winkel die de onderdelen nog op voorraad heeft.",
        "Bedankt voor jullie reacties, ik ga het morgen proberen.",
    ),
    "tr_news": (
        "{p} belediyesi, eski köprünün onarımına önümüzdeki hafta başlayacak.",
        "Görgü tanıklarına göre yangın {n} dakika içinde söndürüldü.",
        "Mahalle sakinleri yolun aylardır kapalı olmasından şikâyetçi.",
        "Maç, yoğun kar yağışı nedeniyle ertelendi.",
    ),
    "vi_board": (
        "Mọi người cho mình hỏi máy này có thay pin được không ạ?",
        "Mình cũng bị như vậy, tắt máy {n} phút rồi bật lại là được.",
        "Ở {p} có cửa hàng nào sửa loại này không bạn?",
        "Cảm ơn bạn nhiều nhé, để mai mình thử xem sao.",
    ),
    "ar_news": (
        "أعلنت بلدية {p} عن بدء أعمال صيانة الجسر القديم الأسبوع المقبل.",
        "وقال شهود عيان إن الحريق استمر {n} دقيقة قبل وصول رجال الإطفاء.",
        "ويشكو السكان من انقطاع المياه منذ عدة أيام.",
        "وتأجلت المباراة بسبب سوء الأحوال الجوية.",
    ),
    "fa_news": (
        "شهرداری {p} اعلام کرد که تعمیر پل قدیمی از هفته آینده آغاز می‌شود.",
        "به گفته شاهدان، آتش پس از {n} دقیقه خاموش شد.",
        "ساکنان محله از قطع آب در روزهای گذشته گلایه دارند.",
        "این مسابقه به دلیل بارش شدید برف به تعویق افتاد.",
    ),
    "id_news": (
        "Pemerintah kota {p} akan memperbaiki jembatan lama mulai pekan depan.",
        "Menurut polisi, sebanyak {n} kendaraan terjebak macet akibat banjir.",
        "Warga mengeluhkan pasokan air yang terputus sejak beberapa hari lalu.",
        "Pertandingan ditunda karena hujan deras mengguyur lapangan.",
    ),
    "cs_board": (
        "Ahoj, nevíte někdo, jak se dá vyměnit baterie u tohoto modelu?",
        "Mně pomohlo vypnout ho na {n} minut a pak znovu zapnout.",
        "Bydlím kousek od města {p} a žádný servis tu není.",
        "Díky moc za radu, zítra to vyzkouším a napíšu.",
    ),
    "uk_news": (
        "У місті {p} завершують ремонт моста, рух відкриють наступного тижня.",
        "За словами очевидців, пожежу загасили за {n} хвилин.",
        "Мешканці скаржаться, що води немає вже кілька днів.",
        "Матч перенесли через сильний снігопад.",
    ),
    "ko_news": (
        "{p}시는 다음 주부터 낡은 다리를 고치는 공사를 시작한다고 밝혔다.",
        "경찰에 따르면 사고 당시 현장에는 {n}명이 있었다.",
        "주민들은 며칠째 물이 나오지 않는다며 불편을 호소했다.",
        "경기는 폭우 때문에 다음 달로 미뤄졌다.",
    ),
    "hi_latin": (  # Hindi in the letters of a telephone, below films and in chats
        "bhai ye phone ki battery kaise change karte hai koi batao please",
        "mere saath bhi yahi hua tha, {n} minute band karke on kiya to theek ho gaya",
        "{p} me koi acchi dukan hai kya jahan ye part mil jaye",
        "bahut bahut dhanyawad bhaiya, kal try karke batata hu",
    ),
}
TOWNS = (
    "Dorsa",
    "Kelmin",
    "Varto",
    "Ostira",
    "Pellan",
    "Ramiz",
    "Sulova",
    "Tivar",
    "Umbrel",
    "Wenda",
    "Yarro",
    "Zimnik",
)


def foreign(code: str) -> Make:
    """Three sentences of a page in another language, one of them with a number of its own."""
    return foreign_page(FOREIGN[code], TOWNS)
