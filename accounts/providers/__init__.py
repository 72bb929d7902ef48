"""The border to credit providers: one function each, ``read_score(phone, name, id_number) -> int``."""
