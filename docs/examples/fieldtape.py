"""The line protocol of fieldtape's subjects (docs/writing-a-subject.md), for Python 3.8 and later. Standard library only.

    class Mine(Subject):
        machine = "mine"
        def hear(self, record):
            if record["type"] == "raw":
                self.say({"type": "state", "state": "heard", "bytes": len(record["bytes"])}, record["channel"])

    run(Mine)
"""

import base64
import json
import sys

ABI = 1
PIECE = 512 * 1024  # characters of base64


class Subject:
    """One run. All that it remembers is `self.state`: a dict of JSON values and bytes, of which snapshots are made."""

    machine = "mine"
    role = "observer"

    def __init__(self, config):
        """`config` is what the configuration says under `options`. Raise ValueError for one that is wrong."""
        self.config = config
        self.state = {}
        self.at = 0
        self.channels = {}
        self._timers = {}
        self._order = 0
        self._out = []

    def hear(self, record):
        """A record of the tape, as a dict; `bytes` are the bytes of a `raw` one."""

    def elapsed(self, timer):
        """The time has come for which this timer was set; `self.at` is that time."""

    def say(self, value, channel=None):
        """Puts a value on the tape, at `self.at`."""
        output = {"type": "output", "at": self.at, "machine": self.machine}
        if channel is not None:
            output["channel"] = channel
        output["value"] = value
        self._out.append(_line(output))

    def send(self, data, channel):
        """Sends bytes to the device. A participant's."""
        raw = {"type": "raw", "at": self.at, "channel": channel, "dir": "tx", "b64": _b64(data)}
        self._out.append(_line(raw))

    def set_timer(self, timer, at):
        """Calls `elapsed(timer)` at that time, in nanoseconds. `timer` is a name; setting it again moves it."""
        self._order += 1
        self._timers[timer] = [at, self._order]

    def clear_timer(self, timer):
        self._timers.pop(timer, None)

    # From here on: for run() only.

    def _take(self, record):
        self._fire(record["at"] - 1)
        self.at = record["at"]
        if record["type"] == "channel":
            self.channels[record["channel"]] = record
        elif record["type"] == "raw":
            text = record.get("text")
            record["bytes"] = base64.b64decode(record["b64"]) if text is None else text.encode("utf-8")
        self.hear(record)

    def _fire(self, until):
        while self._timers:
            timer = min(self._timers, key=self._timers.get)
            due = self._timers[timer][0]
            if due > until:
                return
            self.at = max(self.at, due)
            del self._timers[timer]
            self.elapsed(timer)

    def _deadline(self):
        return min(due for due, _ in self._timers.values()) if self._timers else None

    def _save(self):
        saved = [self.state, self.at, self.channels, self._timers, self._order]
        return json.dumps(saved, default=lambda data: {"$bytes": _b64(data)}).encode()

    def _restore(self, saved):
        revived = json.loads(saved, object_hook=lambda o: base64.b64decode(o["$bytes"]) if "$bytes" in o else o)
        self.state, self.at, channels, self._timers, self._order = revived
        self.channels = {int(number): channel for number, channel in channels.items()}


def run(subject_class):
    """Speaks the protocol on standard input and output until that is over."""
    subject, pieces = None, []
    for line in sys.stdin.buffer:
        told = json.loads(line)
        kind = told["type"]
        if kind == "advance":
            subject._fire(told["until"])
            subject._out.append(_line({"type": "done", "id": told["id"], "deadline": subject._deadline()}))
            _write(subject._out)
        elif kind == "snapshot":
            _answer_snapshot(told["id"], subject._save())
        elif kind == "state":
            pieces.append(told["b64"])
        elif kind == "open":
            subject = _open(subject_class, told, pieces)
            pieces = []
        elif "at" in told:
            subject._take(told)
            if len(subject._out) > 1000:
                _write(subject._out)


def _open(subject_class, told, pieces):
    try:
        subject = subject_class(told.get("config"))
    except ValueError as wrong:
        _write([_line({"type": "failed", "code": "OPTIONS_INVALID", "message": str(wrong)})])
        return None
    for channel in told.get("channels", []):
        subject.channels[channel["channel"]] = channel
    if "snapshot" in told:
        subject._restore(base64.b64decode("".join(pieces) + told["snapshot"]))
    ready = {"type": "ready", "abi": ABI, "role": subject.role, "snapshots": True, "again": True}
    _write([_line(ready)])
    return subject


def _answer_snapshot(number, saved):
    text = _b64(saved)
    for at in range(0, len(text), PIECE):
        answer = {"type": "snapshot", "id": number, "state": text[at : at + PIECE]}
        if at + PIECE < len(text):
            answer["more"] = True
        _write([_line(answer)])


def _b64(data):
    return base64.b64encode(bytes(data)).decode("ascii")


def _line(value):
    return json.dumps(value, separators=(",", ":"))


def _write(lines):
    sys.stdout.buffer.write("".join(line + "\n" for line in lines).encode("ascii"))
    sys.stdout.buffer.flush()
    lines.clear()
