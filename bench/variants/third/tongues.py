"""
Other languages: the largest ones in registers of every day, and neighbours of them that pages are full of.

Not French, which the recipe of the sample world keeps.
"""

from variants.contract import Make
from variants.parts import foreign_page

FOREIGN: dict[str, tuple[str, ...]] = {  # {p} a place, {n} a number
    "de_shop": (
        "Lieferzeit {n} Werktage, Versand aus {p}, kostenlose Rücksendung innerhalb von 30 Tagen.",
        "Die Jacke fällt etwas kleiner aus, bitte eine Nummer größer bestellen.",
        "Leider war der Karton beschädigt, aber die Tassen sind heil geblieben.",
        "Alle Preise verstehen sich inklusive Mehrwertsteuer und zuzüglich Versandkosten.",
        "Das Gerät lässt sich nach {n} Minuten Ladezeit wieder einschalten.",
    ),
    "ru_forum": (
        "Подскажите, пожалуйста, кто-нибудь менял ремень на этой модели после {n} тысяч?",
        "Я живу в городе {p}, у нас таких деталей в магазинах нет.",
        "Спасибо большое, всё заработало, тему можно закрывать.",
        "У меня была такая же проблема, помогла обычная перезагрузка.",
        "Продавец обещал перезвонить через {n} минут, но так и не перезвонил.",
    ),
    "es_forum": (
        "Hola a todos, soy nuevo en el foro y vivo en {p} desde hace {n} meses.",
        "¿Alguien sabe si se puede cambiar la batería sin abrir la tapa?",
        "A mí me pasó lo mismo y lo arreglé limpiando los contactos.",
        "Gracias por la respuesta, mañana lo pruebo y os cuento.",
        "El recambio cuesta unos {n} euros en cualquier tienda del barrio.",
    ),
    "ja_blog": (
        "今日は{p}の駅前にある小さなパン屋さんへ行ってきました。",
        "朝から雨だったので、{n}分ほど待ってから出かけることにしました。",
        "クリームパンがとてもおいしくて、つい二つも食べてしまいました。",
        "帰りに猫を見かけましたが、写真を撮る前に逃げてしまいました。",
        "来週は友だちと一緒に海を見に行く予定です。",
    ),
    "ja_shop": (
        "ご注文から{n}日以内に発送いたしますので、しばらくお待ちください。",
        "サイズが合わない場合は、未使用に限り交換を承ります。",
        "{p}店では取り扱っておりませんので、ご了承ください。",
        "色は写真と少し異なる場合がございます。",
        "お問い合わせはお電話またはメールにてお願いいたします。",
    ),
    "pt_chat": (
        "oi gente, alguém sabe se o ônibus pra {p} ainda passa depois das onze?",
        "não sei não, ontem eu fiquei {n} minutos esperando e nada",
        "kkkk comigo foi igual, acabei indo a pé mesmo",
        "amanhã a gente combina direito, agora tenho que trabalhar",
        "obrigada pela ajuda, vocês são demais",
    ),
    "ko_review": (
        "배송이 {n}일 만에 왔고 포장도 아주 꼼꼼했어요.",
        "색깔이 사진보다 조금 어둡지만 마음에 듭니다.",
        "{p} 근처에 갈 일이 있으면 꼭 다시 들르고 싶은 식당입니다.",
        "아이가 너무 좋아해서 하나 더 주문하려고 해요.",
        "직원분들이 친절했지만 기다리는 시간이 길었습니다.",
    ),
    "vi_news": (
        "Sáng nay, đoạn đường qua {p} bị ùn tắc hơn {n} phút do mưa lớn.",
        "Nhiều phụ huynh cho biết con em họ phải nghỉ học vì nước ngập.",
        "Giá rau ở chợ tăng nhẹ so với tuần trước.",
        "Chính quyền địa phương đã cử người đến hỗ trợ các hộ gia đình.",
        "Dự báo trời sẽ nắng trở lại vào cuối tuần.",
    ),
    "ca": (
        "L'ajuntament de {p} ha obert una nova sala d'estudi per als joves.",
        "Vam caminar {n} quilòmetres i vam dinar al costat del riu.",
        "El concert d'aquesta nit s'ha ajornat a causa de la pluja.",
        "La meva àvia feia una coca molt bona amb les cireres de l'hort.",
        "Cal reservar amb antelació perquè les places són limitades.",
    ),
    "hr": (
        "Knjižnica u mjestu {p} neće raditi u ponedjeljak zbog uređenja prostora.",
        "Čekali smo autobus {n} minuta, a onda smo krenuli pješice.",
        "Soba je bila čista, ali doručak je mogao biti bolji.",
        "Na sastanak je došlo {n} stanovnika i svi su pitali za novu cestu.",
        "Baka je svake subote pekla kruh za cijelu obitelj.",
    ),
    "sk": (
        "Obecný úrad v obci {p} bude zajtra zatvorený pre opravu strechy.",
        "Na vlak sme čakali {n} minút a nakoniec sme išli autom.",
        "Jedlo bolo výborné, ale čašník na nás trochu zabudol.",
        "V sobotu sme boli na hubách a priniesli sme plný košík.",
        "Kúpil som si použitý bicykel za {n} eur a som spokojný.",
    ),
    "sr": (
        "Библиотека у месту {p} неће радити у понедељак због кречења.",
        "Чекали смо аутобус {n} минута, па смо кренули пешке.",
        "Храна је била одлична, али је услуга била спора.",
        "На састанак је дошло {n} мештана и сви су питали за нови пут.",
        "Бака је сваке недеље правила питу за целу породицу.",
    ),
    "lt": (
        "Biblioteka mieste {p} pirmadienį nedirbs dėl stogo remonto.",
        "Laukėme autobuso {n} minučių, o paskui nuėjome pėsčiomis.",
        "Maistas buvo skanus, bet aptarnavimas labai lėtas.",
        "Į susirinkimą atėjo {n} gyventojų ir klausė apie naują kelią.",
        "Močiutė kiekvieną šeštadienį kepdavo duoną visai šeimai.",
    ),
    "et": (
        "Raamatukogu linnas {p} on esmaspäeval katuse remondi tõttu suletud.",
        "Ootasime bussi {n} minutit ja läksime siis jalgsi.",
        "Toit oli väga maitsev, kuid teenindus oli aeglane.",
        "Koosolekule tuli {n} elanikku ja kõik küsisid uue tee kohta.",
        "Vanaema küpsetas igal laupäeval kogu perele leiba.",
    ),
    "tl": (
        "Sarado bukas ang aklatan sa {p} dahil inaayos ang bubong.",
        "Naghintay kami ng bus nang {n} minuto at saka kami naglakad.",
        "Masarap ang pagkain pero medyo mahal para sa mga estudyante.",
        "Dumating ang {n} residente sa pulong at nagtanong tungkol sa bagong daan.",
        "Tuwing Linggo ay nagluluto ang lola ko para sa buong pamilya.",
    ),
    "bn": (
        "ছাদ মেরামতের জন্য {p} শহরের গ্রন্থাগার কাল বন্ধ থাকবে।",
        "আমরা বাসের জন্য {n} মিনিট অপেক্ষা করে শেষে হেঁটে গেলাম।",
        "খাবার খুব ভালো ছিল, কিন্তু দাম একটু বেশি।",
        "সভায় {n} জন মানুষ এসে নতুন রাস্তার কথা জিজ্ঞেস করলেন।",
        "আমার দাদি প্রতি শুক্রবার সবার জন্য পিঠা বানাতেন।",
    ),
    "ur": (
        "چھت کی مرمت کی وجہ سے {p} کی لائبریری کل بند رہے گی۔",
        "ہم نے {n} منٹ بس کا انتظار کیا اور پھر پیدل چل پڑے۔",
        "کھانا بہت مزیدار تھا لیکن قیمت کچھ زیادہ تھی۔",
        "اجلاس میں {n} لوگ آئے اور نئی سڑک کے بارے میں پوچھا۔",
        "میری دادی ہر جمعے کو سب کے لیے روٹی بناتی تھیں۔",
    ),
    "ta": (
        "கூரை பழுது காரணமாக {p} நூலகம் நாளை மூடப்பட்டிருக்கும்.",
        "நாங்கள் பேருந்துக்காக {n} நிமிடங்கள் காத்திருந்து பிறகு நடந்து சென்றோம்.",
        "உணவு மிகவும் சுவையாக இருந்தது, ஆனால் விலை கொஞ்சம் அதிகம்.",
        "கூட்டத்திற்கு {n} பேர் வந்து புதிய சாலை பற்றிக் கேட்டார்கள்.",
        "என் பாட்டி ஒவ்வொரு ஞாயிறும் குடும்பத்திற்குச் சமைப்பார்.",
    ),
}  # fmt: skip
TOWNS = ("Marlo", "Tessin", "Korvel", "Abada", "Linz", "Pemba", "Sorel", "Vetra", "Nimes", "Galda", "Ruste", "Olmo")


def foreign(code: str) -> Make:
    """Three sentences of a page in another language, one of them with a number of its own."""
    return foreign_page(FOREIGN[code], TOWNS)
