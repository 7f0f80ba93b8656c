"""Times ingest beside the floor and other tools on the same objects: run.py [RECORDS]

Job A: hourly volume in and out of every interface, from gzip objects. Job B: gzip objects into a stored, ordered form. CPU seconds are
user and system time of the whole process, which hold on a busy machine better than the clock; memory is the peak of the process. The
answers of job A are compared. Prints Markdown tables.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "bench"
RELEASE = ROOT / "target" / "release"
PEERS = ROOT / "benches" / "peers"
RUNS = int(os.environ.get("WEIR_BENCH_RUNS", "3"))


def measured(*command):
    """Runs a command; gives its CPU seconds, wall seconds, peak memory in MiB and standard output."""
    begun = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024, output


def table(title, commands, floor=None):
    """Times commands in turns, so that each meets the same company, and prints the median of each one's CPU seconds."""
    runs = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            runs[name].append(measured(*command))
    middle = {name: sorted(run)[len(run) // 2] for name, run in runs.items()}
    print(f"\n| {title} | CPU s | x floor | wall s | peak MiB |\n| --- | --- | --- | --- | --- |")
    for name, (cpu, wall, memory, _) in middle.items():
        ratio = f"{cpu / middle[floor][0]:.1f}" if floor else ""
        print(f"| {name} | {cpu:.1f} | {ratio} | {wall:.1f} | {memory:.0f} |")
    return {name: run[0][3] for name, run in runs.items()}


def interfaces(world):
    """The addresses of every interface, as lines "interface address"."""
    own = set()
    for file in (world / "inventory").glob("*-describe-network-interfaces.json"):
        for interface in json.loads(file.read_text())["NetworkInterfaces"]:
            addresses = [each["PrivateIpAddress"] for each in interface["PrivateIpAddresses"]]
            addresses += [each["Ipv6Address"] for each in interface["Ipv6Addresses"]]
            own |= {(interface["NetworkInterfaceId"], address) for address in addresses}
    path = WORK / "interfaces.txt"
    path.write_text("".join(f"{interface} {address}\n" for interface, address in sorted(own)))
    return path


def large(lake):
    """One object of ten thousand million bytes decoded, and as many zeros."""
    folder = WORK / "large"
    folder.mkdir(exist_ok=True)
    lines, zeros = folder / "lines.log.gz", folder / "zeros.log.gz"
    if not lines.exists():
        subprocess.run(f"{RELEASE / 'lines'} 10000000000 | gzip -1 > {lines}", shell=True, check=True)
        subprocess.run(f"head -c 10000000000 /dev/zero | gzip -9 > {zeros}", shell=True, check=True)
    print("\n| one object | delivered MB | CPU s | wall s | peak MiB |\n| --- | --- | --- | --- | --- |")
    for name, path in [("10 GB of lines", lines), ("10 GB of zeros", zeros)]:
        cpu, wall, memory, _ = measured(RELEASE / "ingest", path, lake)
        print(f"| {name} | {path.stat().st_size / 1e6:.0f} | {cpu:.1f} | {wall:.1f} | {memory:.0f} |")


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    world = WORK / f"world-{records}"
    if not (world / "truth.json").exists():
        shutil.rmtree(world, ignore_errors=True)
        subprocess.run([RELEASE / "examples" / "world", world, "7", "200", str(records), "v2", "3"], check=True, stdout=subprocess.DEVNULL)
    logs, lake, own = world / "AWSLogs", WORK / "lake", interfaces(world)
    python = sys.executable
    answers = table("job A: hourly volume of every interface", {
        "floor in C": (WORK / "floor", own, logs),
        "weir's crates": (RELEASE / "volume", logs, world / "inventory"),
        "Polars, streaming": (python, PEERS / "volume_polars.py", own, logs),
        "chDB": (python, PEERS / "volume_chdb.py", own, logs),
        "DuckDB": (python, PEERS / "volume_duckdb.py", own, logs),
    }, floor="floor in C")
    cells = {name: sorted(answer.splitlines()) for name, answer in answers.items()}
    for name, found in cells.items():
        if found != cells["floor in C"]:
            sys.exit(f"{name} gives another answer than the floor")
    print(f"\nAll give the same {len(cells['floor in C']):,} sums.")

    duck = WORK / "duckdb.parquet"
    done = table("job B: stored, ordered", {
        "weir: lake with all roll-ups, attribution, ledger": (RELEASE / "ingest", logs, lake, world / "inventory"),
        "DuckDB: one zstd Parquet file ordered by interface and time": (python, PEERS / "store_duckdb.py", logs, duck),
    })["weir: lake with all roll-ups, attribution, ledger"]
    os.environ["COMPACT"] = "1"
    compacted = measured(RELEASE / "ingest", logs, lake, world / "inventory")[3]
    sizes = [(int(rows), int(size)) for rows, size in re.findall(r"^flows files \d+ rows (\d+) bytes (\d+)$", compacted, re.MULTILINE)]
    print(f"\n{done.splitlines()[0]}\n\n| bytes a flow | |\n| --- | --- |")
    for name, (rows, size) in zip(["weir, as ingested", "weir, after compaction"], sizes):
        print(f"| {name} | {size / rows:.1f} |")
    print(f"| DuckDB | {duck.stat().st_size / sizes[0][0]:.1f} |")
    del os.environ["COMPACT"]
    if os.environ.get("WEIR_BENCH_LARGE"):
        large(lake)


main()
