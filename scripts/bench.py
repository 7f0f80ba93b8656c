"""Measures `weir ingest` beside DuckDB on the same objects, bytes a flow, and the latency of an analyst's questions.

CPU seconds are user and system time of the whole process, which hold on a busy machine better than the clock; memory is the peak of
the process. Prints a Markdown table.
"""

import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "bench"
WEIR = ROOT / "target" / "release" / "weir"

DUCKDB = """
import duckdb, sys
logs, out = sys.argv[1:]
columns = {name: 'VARCHAR' for name in ('version', 'account_id', 'interface_id', 'srcaddr', 'dstaddr')}
columns |= {name: 'INTEGER' for name in ('srcport', 'dstport', 'protocol')}
columns |= {name: 'BIGINT' for name in ('packets', 'bytes', 'starts', 'ends')}
columns |= {'action': 'VARCHAR', 'log_status': 'VARCHAR'}
duckdb.sql(f"COPY (SELECT * FROM read_csv('{logs}/**/*.log.gz', delim=' ', header=true, columns={columns}, nullstr='-') "
           f"ORDER BY interface_id, starts) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
"""


def measured(command):
    """Runs a command; gives its CPU seconds, wall seconds, peak memory in MiB and standard output."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024, output


def folder_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def latency(data, path, count=50):
    """Median and 95th percentile, in milliseconds, of a warm request, as a client on the same machine sees it."""
    server = subprocess.Popen([WEIR, "--data", data, "serve", "--listen", "127.0.0.1:8499"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", 8499)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(0.05)
        times = []
        for number in range(count + 5):
            begun = time.perf_counter()
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                sys.exit(f"{path}: {response.status} {body[:300]}")
            if number >= 5:
                times.append((time.perf_counter() - begun) * 1000)
        return statistics.median(times), statistics.quantiles(times, n=20)[18]
    finally:
        server.terminate()
        server.wait()


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    world, data = WORK / f"world-{records}", WORK / "data"
    if not (world / "truth.json").exists():
        shutil.rmtree(world, ignore_errors=True)
        subprocess.run([WEIR, "--quiet", "simulate", "--out", world, "--days", "7", "--instances", "200", "--records", str(records),
                        "--log-version", "2"], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(data, ignore_errors=True)
    inventory = sorted(str(path) for path in (world / "inventory").iterdir())
    subprocess.run([WEIR, "--quiet", "--data", data, "inventory", "import", *inventory], check=True, stdout=subprocess.DEVNULL)

    rows = []
    cpu, wall, memory, output = measured([WEIR, "--quiet", "--data", data, "--output", "json", "ingest", "--no-detect", world / "AWSLogs"])
    summary = json.loads(output)
    rows.append(("weir ingest: lake with all roll-ups, attribution, ledger", cpu, wall, memory))
    flows = folder_bytes(data / "lake" / "flows") / summary["accepted"]
    whole = summary["lake_bytes"] / summary["accepted"]

    duck = WORK / "duckdb.parquet"
    duck.unlink(missing_ok=True)
    cpu, wall, memory, _ = measured([sys.executable, "-c", DUCKDB, str(world / "AWSLogs"), str(duck)])
    rows.append(("DuckDB: one zstd Parquet file ordered by interface and time", cpu, wall, memory))
    duck_flow = duck.stat().st_size / summary["records"]

    cpu, wall, memory, _ = measured([WEIR, "--quiet", "--data", data, "--output", "json", "detect"])
    rows.append(("weir detect: four detectors over seven days", cpu, wall, memory))
    cpu, wall, memory, _ = measured([WEIR, "--quiet", "--data", data, "--output", "json", "verify"])
    rows.append(("weir verify: invariants 1 to 4", cpu, wall, memory))

    truth = json.loads((world / "truth.json").read_text())
    entity = truth["intrusion"]["entity"]["instance_id"]
    print(f"{summary['records']:,} records, {summary['objects']:,} objects, {summary['bytes_in'] / 1e6:.0f} MB delivered\n")
    print("| what | CPU s | wall s | peak MiB |\n| --- | --- | --- | --- |")
    for name, cpu, wall, memory in rows:
        print(f"| {name} | {cpu:.1f} | {wall:.1f} | {memory:.0f} |")
    print(f"\n| bytes a flow | |\n| --- | --- |\n| weir, table flows | {flows:.1f} |\n| weir, all tables | {whole:.1f} |\n| DuckDB | {duck_flow:.1f} |")
    print("\n| warm request, one instance | median ms | p95 ms |\n| --- | --- | --- |")
    for name, path in [
        ("volume, 7 days by hour", f"/api/v1/entities/{entity}/volume?from=-7d"),
        ("details, 2 hours", f"/api/v1/entities/{entity}/details?from=-2h&limit=100"),
        ("details, 24 hours", f"/api/v1/entities/{entity}/details?from=-24h&limit=100"),
        ("whole profile, 24 hours", f"/api/v1/entities/{entity}/profile?from=-24h"),
    ]:
        median, p95 = latency(data, path)
        print(f"| {name} | {median:.1f} | {p95:.1f} |")


main()
