#!/usr/bin/env python3
"""Turns a recording of rfx-session (MCAP with JSON messages) into CSV, one line per iteration.

    python3 recording-to-csv.py RECORDING.mcap > recording.csv

Needs only the standard library. A file that a crash cut short is read up to its last whole chunk.
Columns: the timing of the iteration in ns, then observation, selected action and action, with one
column per number, such as observation.state.0. An empty cell has no value; without a selected
action, the action is the one that the policy selected.
"""

import csv
import json
import struct
import sys

MAGIC = b"\x89MCAP0\r\n"
CHANNEL, MESSAGE, CHUNK, DATA_END = 0x04, 0x05, 0x06, 0x0F
VALUES = ("observation", "selected_action", "action")


def records(data, begin=0):
    """Yields opcode and content of each record, up to the first that is not complete."""
    while begin + 9 <= len(data):
        opcode, length = struct.unpack_from("<BQ", data, begin)
        begin += 9
        if begin + length > len(data):
            return
        yield opcode, data[begin : begin + length]
        begin += length


def text(data, at):
    (length,) = struct.unpack_from("<I", data, at)
    return data[at + 4 : at + 4 + length].decode(), at + 4 + length


def messages(data):
    """Yields the topic, without the name of the session, and the JSON object of each message."""
    if not data.startswith(MAGIC):
        raise SystemExit("This is no MCAP file")
    topics = {}
    for opcode, content in records(data, len(MAGIC)):
        if opcode == DATA_END:
            return
        if opcode != CHUNK:
            continue
        compression, at = text(content, 28)
        if compression:
            raise SystemExit("The chunks are compressed with " + compression)
        for inner, record in records(content[at + 8 :]):
            if inner == CHANNEL:
                (channel,) = struct.unpack_from("<H", record)
                topics[channel] = text(record, 4)[0].rsplit("/", 1)[-1]
            elif inner == MESSAGE:
                (channel,) = struct.unpack_from("<H", record)
                yield topics[channel], json.loads(record[22:])


def columns(name, value):
    """Yields name and value of each number."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from columns(name + "." + key, inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from columns("%s.%d" % (name, index), inner)
    else:
        yield name, value


def rows(data):
    """Yields the cells of each iteration by the names of their columns."""
    row = {}
    for topic, message in messages(data):
        if topic in VALUES:
            row.update(columns(topic, message))
        elif topic == "iteration":
            yield {**message, **row}
            row = {}


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    # Twice, because the rows of a large file need much more memory than the file.
    names = list(dict.fromkeys(name for row in rows(data) for name in row))
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(data))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
