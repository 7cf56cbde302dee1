"""What the pages share: the address, the language, the data, maps, charts, tables and words."""
