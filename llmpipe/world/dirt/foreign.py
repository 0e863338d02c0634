"""Languages that the corpus is not about."""

from collections.abc import Callable

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw

FOREIGN = {
    "de": (
        ("Der Bäcker", "Die Lehrerin", "Mein Nachbar", "Ein alter Fischer", "Die kleine Katze", "Unser Arzt",
            "Das Mädchen"),
        ("geht", "kommt", "läuft", "fährt", "wandert"),
        ("heute", "am Morgen", "jeden Freitag", "mit großer Freude", "ohne ein Wort", "sehr langsam"),
        ("durch den dunklen Wald", "über die neue Brücke", "in die Stadt", "zum Bahnhof", "an das Meer",
            "nach Hause"),
        ("und kauft frisches Brot", "weil es regnet", "obwohl der Wind weht", "und singt ein Lied",
            "denn die Zeit ist knapp"),
    ),
    "es": (
        ("El panadero", "La maestra", "Mi vecino", "Un viejo pescador", "La niña pequeña", "Nuestro médico",
            "El perro"),
        ("camina", "llega", "corre", "viaja", "vuelve"),
        ("hoy", "por la mañana", "todos los viernes", "con mucha alegría", "sin decir nada", "muy despacio"),
        ("por el bosque oscuro", "sobre el puente nuevo", "hacia la ciudad", "a la estación", "cerca del mar",
            "a su casa"),
        ("y compra pan fresco", "porque llueve mucho", "aunque hace viento", "y canta una canción",
            "pues queda poco tiempo"),
    ),
    "it": (
        ("Il fornaio", "La maestra", "Il mio vicino", "Un vecchio pescatore", "La gatta piccola", "Il nostro medico"),
        ("cammina", "arriva", "corre", "viaggia", "ritorna"),
        ("oggi", "di mattina", "ogni venerdì", "con molta gioia", "senza una parola", "molto piano"),
        ("nel bosco scuro", "sul ponte nuovo", "verso la città", "alla stazione", "vicino al mare", "a casa sua"),
        ("e compra il pane fresco", "perché piove", "anche se c'è vento", "e canta una canzone",
            "perché il tempo è poco"),
    ),
    "nl": (
        ("De bakker", "De juf", "Mijn buurman", "Een oude visser", "De kleine kat", "Onze dokter", "Het meisje"),
        ("loopt", "komt", "rent", "reist", "wandelt"),
        ("vandaag", "in de ochtend", "elke vrijdag", "met veel plezier", "zonder een woord", "heel langzaam"),
        ("door het donkere bos", "over de nieuwe brug", "naar de stad", "naar het station", "langs de zee",
            "naar huis"),
        ("en koopt vers brood", "omdat het regent", "hoewel het waait", "en zingt een lied",
            "want er is weinig tijd"),
    ),
}  # fmt: skip


def _foreign(language: str) -> Callable[[Draw, Base], Planted]:
    """A variant of four to six sentences in a language that the corpus is not about."""

    def make(draw: Draw, base: Base) -> Planted:
        sentences = [" ".join(draw.choice(part) for part in FOREIGN[language]) + "." for _ in range(draw.between(4, 6))]
        return Planted(" ".join(sentences), "drop")

    return make


VARIANTS = (
    Variant("german", _foreign("de")),
    Variant("spanish", _foreign("es")),
    Variant("italian", _foreign("it"), unseen=True),
    Variant("dutch", _foreign("nl"), unseen=True),
)
