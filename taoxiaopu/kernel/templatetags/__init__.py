"""Template vocabulary shared by every page: how money, rates, instants and phones are written."""
