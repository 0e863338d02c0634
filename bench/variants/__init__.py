"""Ways to be dirty, for developing the rules of cleaning: a file a kind, one table."""

from variants import characters, decoding, furniture, low_quality, markup, web

VARIANTS = (
    *characters.characters(),
    *decoding.common(),
    *markup.escapes(),
    *markup.code(),
    *markup.languages(),
    *furniture.furniture(),
    *low_quality.broken(),
    *low_quality.records(),
    *low_quality.filler(),
    *low_quality.chinese(),
    *web.words(),
    *web.pages(),
    *web.chinese(),
    *decoding.rare(),
)
