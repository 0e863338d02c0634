"""Ways to be dirty, for developing the rules of cleaning: a file a kind, one table."""

from variants import (
    characters,
    damage,
    decoding,
    families_codes,
    families_formats,
    families_lines,
    families_numbers,
    families_pages,
    families_shapes,
    families_text,
    families_words,
    furniture,
    low_quality,
    markup,
    site_lines,
    strange_characters,
    strange_codings,
    strange_lines,
    strange_text,
    web,
)

STRANGE = (  # written last, before any rule that knows them
    *strange_characters.strange_characters(),
    *strange_codings.strange_codings(),
    *strange_lines.strange_lines(),
    *strange_text.english(),
    *strange_text.chinese(),
)

FAMILIES = (  # whole families of what the rules had missed of one form, written before the rules for them
    *families_numbers.numbers(),
    *families_lines.lines(),
    *families_text.text_families(),
    *families_codes.codes(),
    *families_pages.pages(),
    *families_formats.formats(),
    *families_shapes.shapes(),
    *families_words.words(),
)

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
    *damage.english(),
    *damage.french(),
    *damage.chinese(),
    *site_lines.site_lines(),
    *STRANGE,
    *FAMILIES,
)
