"""Envelopes as the family's own Python packages write and read them.

    envelopes.py write DIRECTORY   writes v3.jsonl and v4.jsonl: what either version makes of each case in envelopes/cases.json
    envelopes.py read DIRECTORY    reads rust-v3.jsonl and rust-v4.jsonl with that version, and compares every field with its case

Line n of each file belongs to case n. It is `null` where the package has no form for it, or none that is the same each time.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pip_services3_messaging.queues import MessageEnvelope as Envelope3
from pip_services4_components.context import Context
from pip_services4_messaging.queues import MessageEnvelope as Envelope4

CASES = json.loads((Path(__file__).parent / "envelopes" / "cases.json").read_text("utf-8"))
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Version3:
    name = "v3"
    from_json = Envelope3.from_json

    @staticmethod
    def new(trace_id, message_type):
        return Envelope3(trace_id, message_type, None)

    @staticmethod
    def trace_id(envelope):
        return envelope.correlation_id


class Version4:
    name = "v4"
    from_json = Envelope4.from_json

    @staticmethod
    def new(trace_id, message_type):
        context = None if trace_id is None else Context.from_trace_id(trace_id)
        return Envelope4(context, message_type, None)

    @staticmethod
    def trace_id(envelope):
        # It makes an empty one of none by itself.
        return envelope.trace_id or None


def sent_time(case):
    """The case's time to the microsecond, which is as far as Python's times go."""
    time = case["sent_time"]
    return time and EPOCH + timedelta(seconds=time["unix"], microseconds=time["nanos"] // 1000)


def in_zone(time, zone):
    if zone == "naive":
        return time.replace(tzinfo=None)
    sign = -1 if zone[0] == "-" else 1
    hours, minutes = map(int, zone[1:].split(":"))
    return time.astimezone(timezone(sign * timedelta(hours=hours, minutes=minutes)))


def fill(envelope, message):
    if "text" in message:
        envelope.set_message_as_string(message["text"])
    elif "object" in message:
        envelope.set_message_as_object(message["object"])
    else:
        # The constructor fails on bytes.
        envelope.message = bytes.fromhex(message["hex"])


def written(version, case):
    time = case["sent_time"]
    if time is None or time["nanos"] % 1000:
        # It would write the present, or another time.
        return None
    envelope = version.new(case["trace_id"], case["message_type"])
    envelope.message_id = case["message_id"]
    envelope.sent_time = in_zone(sent_time(case), time["zone"])
    fill(envelope, case["message"])
    if not envelope.message:
        try:
            envelope.to_json()
        except AttributeError:
            return None
        raise AssertionError(f"{version.name} can write an empty message now: {case['name']}")
    return envelope.to_json()


def check(version, case, line):
    def same(what, found, expected):
        if found != expected:
            sys.exit(f"{version.name}, {case['name']}: {what} is {found!r}, not {expected!r}, in {line}")

    envelope = version.from_json(line)
    same("message_id", envelope.message_id, case["message_id"])
    same("trace_id", version.trace_id(envelope), case["trace_id"])
    same("message_type", envelope.message_type, case["message_type"])
    same("sent_time", envelope.sent_time, sent_time(case))
    message = case["message"]
    if "text" in message:
        same("message", envelope.get_message_as_string(), message["text"])
    elif "object" in message:
        same("message", envelope.get_message_as(), message["object"])
    else:
        same("message", envelope.message or b"", bytes.fromhex(message["hex"]))


def main():
    mode, directory = sys.argv[1], Path(sys.argv[2])
    for version in Version3, Version4:
        if mode == "write":
            lines = [json.dumps(written(version, case)) + "\n" for case in CASES]
            (directory / f"{version.name}.jsonl").write_text("".join(lines), "utf-8")
        elif mode == "read":
            text = (directory / f"rust-{version.name}.jsonl").read_text("utf-8")
            # Not `splitlines`: that ends lines at U+2028 too.
            lines = text.rstrip("\n").split("\n")
            for case, line in zip(CASES, lines, strict=True):
                check(version, case, line)
            print(f"{version.name} reads all {len(lines)} envelopes that Rust wrote")
        else:
            sys.exit(__doc__)


main()
