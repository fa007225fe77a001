"""NMEA 0183 sentences as a subject in Python: `{"command": ["python3", "nmea.py"]}`.

With `{"silenceMs": 500}` among its options it says when a line has been silent for so long.
"""

import functools
import operator
import re

from fieldtape import Subject, run

SENTENCE = re.compile(rb"\$([^$!*\r\n]*)\*([0-9A-Fa-f]{2})\r?\n", re.DOTALL)
MAXIMUM = 1024


class Nmea(Subject):
    machine = "nmea"

    def __init__(self, config):
        super().__init__(config)
        self.silence = int((config or {}).get("silenceMs", 0) * 1_000_000)

    def hear(self, record):
        kind = record["type"]
        if kind == "raw":
            self.feed(record["channel"], record["dir"], record["bytes"])
        elif kind == "gap" or kind == "end" or (kind == "link" and record["event"] != "open"):
            self.give_up(record, "unfinished" if kind == "end" else "interrupted")

    def elapsed(self, timer):
        channel, direction = timer.split()
        self.say({"type": "state", "state": "silent", "dir": direction}, int(channel))

    def feed(self, channel, direction, data):
        wire = f"{channel} {direction}"
        offset, rest = self.state.get(wire, [0, b""])
        rest += data
        while True:
            end = rest.find(b"\n", 0, MAXIMUM) + 1
            if end == 0 and len(rest) < MAXIMUM:
                break
            line, rest = rest[: end or MAXIMUM], rest[end or MAXIMUM :]
            if line.strip(b"\r\n"):
                self.say({**self.read(line), "dir": direction, "span": [offset, len(line)]}, channel)
            offset += len(line)
        self.state[wire] = [offset, rest]
        if self.silence:
            self.set_timer(wire, self.at + self.silence)

    def read(self, line):
        found = SENTENCE.fullmatch(line)
        if found is None:
            return {"type": "fault", "fault": "rubbish", "raw": line.hex()}
        body, checksum = found.groups()
        if functools.reduce(operator.xor, body, 0) != int(checksum, 16):
            return {"type": "fault", "fault": "bad-checksum", "raw": line.hex()}
        address, *fields = body.decode("latin-1").split(",")
        sentence = line.decode("latin-1").rstrip("\r\n")
        return {"type": "frame", "sentence": sentence, "talker": address[:2], "formatter": address[2:], "fields": fields}

    def give_up(self, record, why):
        """Nothing will complete the bytes that wait."""
        for wire in sorted(self.state, key=lambda wire: (int(wire.split()[0]), wire)):
            channel, direction = wire.split()
            if record.get("channel", int(channel)) != int(channel) or record.get("dir", direction) != direction:
                continue
            offset, rest = self.state[wire]
            if rest:
                fault = {"type": "fault", "fault": why, "dir": direction, "span": [offset, len(rest)], "raw": rest.hex()}
                self.say(fault, int(channel))
            self.state[wire] = [offset + len(rest), b""]


run(Nmea)
