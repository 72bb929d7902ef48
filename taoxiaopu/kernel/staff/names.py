"""Names of references: the books and the trail hold public ids, people want to read whose they are.

The kernel knows no app, so each app teaches it how to look its own references up, and who is called something.
"""

from collections.abc import Callable, Iterable

Resolver = Callable[[set[str]], dict[str, str]]
Search = Callable[[str], set[str]]
_resolvers: list[Resolver] = []
_searches: list[Search] = []


def teach_names(resolver: Resolver, search: Search | None = None) -> Resolver:
    """Register how one kind of references is named, and how parties of that kind are found by a part of their name."""
    _resolvers.append(resolver)
    if search is not None:
        _searches.append(search)
    return resolver


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """The names of all references that some app knows."""
    wanted = {ref for ref in refs if ref}
    found: dict[str, str] = {}
    for resolve in _resolvers:
        left = wanted - set(found)
        if left:
            found.update(resolve(left))
    return found


def name_of(ref: str) -> str:
    """The name of one reference, or the reference itself."""
    return names_of([ref]).get(ref, ref)


def parties_named(text: str) -> set[str]:
    """The references of parties whose name contains a text; each app answers with a limited number."""
    return {ref for search in _searches for ref in search(text)} if text else set()
