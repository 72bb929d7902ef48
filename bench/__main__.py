"""``python -m bench [--only tiers,ledger] [--scale 0.1]``; ``make bench ONLY=tiers SCALE=0.1`` says the same."""

import argparse
import sys
import time
from pathlib import Path

from bench import results
from bench.part import Bench, Part
from bench.parts import PARTS
from bench.servers import Servers, free_gb, started

OUT = Path(__file__).parent / "out"
SPARE_GB = 3


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen parts; 0 when every goal was met and nothing was void."""
    parser = argparse.ArgumentParser(
        prog="bench", description="The project's speeds, as ratios against a limit."
    )
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(PARTS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is what the goals speak of")
    parser.add_argument("--rounds", type=int, default=0, help="pairs of runs; 0: as many as each part says")
    parser.add_argument("--out", type=Path, default=OUT, help="where results.json and the curves go")
    given = parser.parse_args(arguments)
    wanted = [name for name in given.only.split(",") if name] or list(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}")
    given.out.mkdir(parents=True, exist_ok=True)
    found = run([PARTS[name] for name in wanted], scale=given.scale, out=given.out, rounds=given.rounds)
    print(f"\n{results.table(found)}\n\nscale {given.scale:g}; written to {given.out}/results.json")
    return 0 if all(result.ok for result in found) else 1


def run(parts: list[Part], *, scale: float, out: Path, rounds: int = 0) -> list[results.Result]:
    """Run parts one after the other, each in its own database; what is done is written after each part."""
    found: list[results.Result] = []
    needed = SPARE_GB + max(part.needs_gb for part in parts) * scale
    if free_gb() < needed:
        print(
            f"bench: {free_gb():.0f} GB of disk are free, {needed:.0f} are needed; BENCH_DIR chooses the place",
            file=sys.stderr,
        )
        raise SystemExit(2)
    print(f"bench: starting servers, {free_gb():.0f} GB of disk are free ...", flush=True)
    with started() as servers:
        for part in parts:
            _run_part(servers, part, scale, out, found, rounds)
            results.write(out / "results.json", found)
    return found


def _run_part(
    servers: Servers, part: Part, scale: float, out: Path, found: list[results.Result], rounds: int = 0
) -> None:
    start = time.monotonic()

    def tell(text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - start), 60)
        print(f"{minutes:3d}:{seconds:02d}{text}", flush=True)

    print(f"\n{part.name}: {part.title}", flush=True)
    with servers.database(f"bench_{part.name}") as database:
        part.work(Bench(part.name, scale, database, out, found, tell, rounds))


if __name__ == "__main__":
    sys.exit(main())
