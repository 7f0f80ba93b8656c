"""How long from an object in the bucket to its finding on the screen, in a demo world: S3, its notifications by SQS, weir serve, the API.

    target/venv/bin/python scripts/arrival.py --weir target/release/weir --world weir-data/demo-world

Everything before the day of the intrusion is taken in first; then the objects come, an hour's worth every few seconds. A finding counts from
when the object of its first hour was in the bucket. Needs `scripts/moto` to have run once, which makes the virtual environment.
"""

import argparse
import collections
import datetime
import json
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

import boto3

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--weir", required=True)
parser.add_argument("--world", required=True, type=pathlib.Path)
parser.add_argument("--every", type=float, default=15, help="seconds between an hour's objects and the next hour's")
arguments = parser.parse_args()

moto = subprocess.Popen(["scripts/moto"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
endpoint = moto.stdout.readline().strip()
keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1", "endpoint_url": endpoint}
s3, sqs = boto3.client("s3", **keys), boto3.client("sqs", **keys)
s3.create_bucket(Bucket="logs")
queue = sqs.create_queue(QueueName="arrivals")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
s3.put_bucket_notification_configuration(Bucket="logs", NotificationConfiguration=configuration)

truth = json.loads((arguments.world / "truth.json").read_text())
opened = truth["intrusion"]["opened_at"][:10].replace("-", "") + "T0000Z"
slots = collections.defaultdict(list)
for path in (arguments.world / "AWSLogs").rglob("*.gz"):
    slots[re.search(r"_(\d{8}T\d{4}Z)_", path.name).group(1)].append(path)

folder = pathlib.Path(tempfile.mkdtemp())
data, before = folder / "data", folder / "before"
before.mkdir()
for slot, paths in slots.items():
    if slot < opened:
        for path in paths:
            (before / path.name).symlink_to(path.resolve())


def weir(*words):
    subprocess.run([arguments.weir, "--data", data, "--quiet", *map(str, words)], check=True, stdout=subprocess.DEVNULL)


weir("inventory", "import", *sorted((arguments.world / "inventory").iterdir()))
for name, kind, file in [("trusted", "trusted", "trusted.txt"), ("tor", "tor-relay", "tor-relays.txt"), ("threats", "threat", "threat-list.txt")]:
    weir("intel", "import", "--no-detect", "--name", name, "--kind", kind, arguments.world / "intel" / file)
weir("ingest", before)

settings = folder / "weir.toml"
settings.write_text(
    f'[[sources.s3_queue]]\nname = "arrivals"\nqueue_url = "{queue}"\n'
    f'aws = {{ region = "us-east-1", endpoint_url = "{endpoint}", access_key_id = "test", secret_access_key = "test" }}\n'
)
server = subprocess.Popen([arguments.weir, "--data", data, "--config", settings, "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
address = next(found.group(1) for line in server.stderr if (found := re.search(r"(http://\S+)", line)))


def findings():
    with urllib.request.urlopen(f"{address}/api/v1/findings?limit=1000", timeout=60) as answer:
        return json.load(answer)["rows"]


known = {finding["id"] for finding in findings()}
arrived, shown = {}, []
coming = sorted(slot for slot in slots if slot >= opened)


def look(until):
    while time.monotonic() < until:
        for finding in findings():
            if finding["id"] not in known:
                known.add(finding["id"])
                shown.append((time.monotonic(), finding))
        time.sleep(0.25)


for slot in coming:
    for path in slots[slot]:
        s3.put_object(Bucket="logs", Key=str(path.relative_to(arguments.world)), Body=path.read_bytes())
    arrived[slot] = time.monotonic()
    look(arrived[slot] + arguments.every)
look(time.monotonic() + 60)

print(f"{sum(len(slots[slot]) for slot in coming)} objects of {len(coming)} hours, an hour's every {arguments.every:g} s")
for at, finding in shown:
    first = datetime.datetime.fromisoformat(finding["first_seen"].replace("Z", "+00:00")).strftime("%Y%m%dT%H00Z")
    since = f"{at - arrived[first]:6.1f} s" if first in arrived else "before"
    print(f"{since}  {finding['finding_type']}  first seen {finding['first_seen']}")
server.terminate()
server.wait()
moto.stdin.close()
moto.wait()
