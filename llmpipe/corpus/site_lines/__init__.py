"""Lines that belong to a site, a form or a mail and not to the text: known by words, by form, or by repetition."""
