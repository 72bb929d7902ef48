"""A supplier's catalogue of 20,000 rows, read, written and undone: seconds and megabytes against budgets."""

import json

from bench.part import Bench, part

ROWS = 20_000
PREVIEW_S, COMMIT_S, PEAK_MB = 15, 60, 300
# One process does what a web request and then a worker do; it says its times, its peak and what is in the tables after.
STORY = """
import json, resource, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connection
from pathlib import Path
from suppliers import services
from suppliers.models import Good, Sku, StockMovement, Supplier, SupplierBrand, SupplierMember
from suppliers.services import ImportDefaults
from suppliers.services.undoing import UNDO_IMPORT
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.exports import xlsx_chunks

rows, folder = int(sys.argv[1]), sys.argv[2]
settings.DATA_DIR = folder
ensure_reference()
at = clock.now()
supplier = Supplier.objects.create(
    name="bench", kind="brand", capital_fen=100_000_000, is_general_taxpayer=True, proof="chain", chain_levels=1,
    status="active", submitted_at=at, decided_at=at)
SupplierBrand.objects.create(supplier=supplier, name="山茶花")
HEADER = ("商品编号", "标题", "规格", "价格", "品牌", "库存", "佣金率", "条码", "类目", "商品描述")
def lines(price):
    return ((f"M{n:08}", f"高山白茶面霜 {n} 号 阳光萎凋 礼盒", "50g", f"{n % 900 + price}.50", "山茶花", str(n % 300), "20",
             "6901234567892", "beauty", "清爽不油腻，适合日常使用。" * 4) for n in range(rows))
def told(raw, name):
    start = time.perf_counter()
    made = services.preview_import(
        supplier=supplier, person="bench", filename=name, raw=raw, defaults=ImportDefaults("beauty", 100, 2000), at=clock.now())
    seen = time.perf_counter()
    list(services.run_import_now(catalogue=made))
    made.refresh_from_db()
    return made, seen - start, time.perf_counter() - seen
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

out = {"start_mb": peak()}
text = "\\n".join(",".join(line) for line in (HEADER, *lines(1))).encode()
made, out["preview"], out["commit"] = told(text, "a.csv")
del text
out["created"], out["mb"] = made.to_create, peak()
out["goods"], out["movements"] = Good.objects.count(), StockMovement.objects.count()
again, out["preview_xlsx"], out["update"] = told(b"".join(xlsx_chunks(HEADER, lines(2))), "a.xlsx")
out["updated"], out["all_mb"] = again.to_update, peak()
start = time.perf_counter()
services.undo_import(catalogue=again, actor=Actor(ActorKind.SUPPLIER, supplier.public_id, "bench"), at=clock.now())
jobs.work_off(UNDO_IMPORT, at=clock.now(), work=services.run_undo)
again.refresh_from_db()
out["undo"], out["undone"], out["status"] = time.perf_counter() - start, again.undone, again.status
print(json.dumps(out))
"""


@part("imports", needs_gb=1)
def imports(bench: Bench) -> None:
    """20,000 rows of a supplier's: previewed in 15 s, written in 60 s, in less than 300 MB, and undone."""
    rows = bench.size(ROWS)
    folder = bench.out / "imports"
    folder.mkdir(exist_ok=True)
    told = json.loads(bench.database.python("-c", STORY, str(rows), str(folder)).strip().splitlines()[-1])
    for file in (folder / "imports").glob("*.csv"):
        file.unlink()
    wrong = [
        f"{name}: {told[name]}"
        for name, right in (
            ("created", rows), ("goods", rows), ("updated", rows), ("undone", rows), ("status", "undone"),
        )
        if told[name] != right
    ]  # fmt: skip
    bench.figure(f"{rows:,} rows previewed", told["preview"], "s", goal=f"<= {PREVIEW_S}", problems=wrong)
    bench.figure(f"{rows:,} rows written", told["commit"], "s", goal=f"<= {COMMIT_S}", problems=wrong)
    bench.figure("peak memory", told["mb"], "MB", goal=f"<= {PEAK_MB}")
    bench.figure(
        "as XLSX, previewed against what is there", told["preview_xlsx"], "s", goal=f"<= {PREVIEW_S}"
    )
    bench.figure("every row updated", told["update"], "s", goal=f"<= {COMMIT_S}", problems=wrong)
    bench.figure("peak memory of all", told["all_mb"], "MB", goal=f"<= {PEAK_MB}")
    bench.figure("undone", told["undo"], "s", goal=f"<= {COMMIT_S}", problems=wrong)
