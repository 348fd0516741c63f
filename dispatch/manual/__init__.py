"""The manual: chapters in four languages, gathered in a book for each kind of reader, and searched in their words."""
