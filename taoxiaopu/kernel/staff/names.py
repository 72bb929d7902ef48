"""Names of references: the books and the trail hold public ids, people want to read whose they are.

The kernel knows no app, so each app teaches it how to look its own references up.
"""

from collections.abc import Callable, Iterable

Resolver = Callable[[set[str]], dict[str, str]]
_resolvers: list[Resolver] = []


def teach_names(resolver: Resolver) -> Resolver:
    """Register how one kind of references is named; usable as a decorator. Unknown references are left out."""
    _resolvers.append(resolver)
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
