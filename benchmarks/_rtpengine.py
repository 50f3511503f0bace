"""Debian's rtpengine in user space, driven by its ng protocol (bencode over UDP)."""

import itertools
import socket
import subprocess
import time
from pathlib import Path

Bencodable = str | int | list["Bencodable"] | dict[str, "Bencodable"]


def bencode(value: Bencodable) -> bytes:
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        raw = value.encode()
        return b"%d:%s" % (len(raw), raw)
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    inner = b"".join(bencode(key) + bencode(value[key]) for key in sorted(value))
    return b"d" + inner + b"e"


def sdp(port: int) -> str:
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
    lines += [f"m=audio {port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=sendrecv"]
    return "\r\n".join(lines) + "\r\n"


def port_of(answer: bytes) -> int:
    start = answer.index(b"m=audio ") + 8
    return int(answer[start : answer.index(b" ", start)])


class Rtpengine:
    """One process with its own ports. A context; the process is ours to kill."""

    def __init__(self, record: Path | None = None) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._ng = probe.getsockname()[1]
        command = ["rtpengine", "--table=-1", "--interface=127.0.0.1", "--foreground"]
        command += [f"--listen-ng=127.0.0.1:{self._ng}", "--port-min=45000", "--port-max=49999"]
        command += ["--log-stderr", "--log-level=2", "--delete-delay=0"]
        self._record = record is not None
        if record is not None:
            record.mkdir(parents=True, exist_ok=True)
            command += ["--recording-method=pcap", f"--recording-dir={record}"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.settimeout(0.5)
        self._cookies = itertools.count(1)

    def __enter__(self) -> "Rtpengine":
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                if b"pong" in self.ask({"command": "ping"}):
                    return self
            except OSError:
                continue
        raise RuntimeError("rtpengine doesn't answer")

    def ask(self, question: dict[str, Bencodable]) -> bytes:
        cookie = b"%d" % next(self._cookies)
        self._link.sendto(cookie + b" " + bencode(question), ("127.0.0.1", self._ng))
        while True:
            answer = self._link.recv(65_536)
            if answer.startswith(cookie + b" "):
                return answer

    def call(self, name: str, caller: int, agent: int) -> tuple[int, int]:
        """Anchors a call; the ports to which caller and agent send."""
        common: dict[str, Bencodable] = {
            "call-id": name,
            "from-tag": "a",
            "ICE": "remove",
            "flags": ["trust-address"],
        }
        if self._record:
            common["record call"] = "on"
        offered = self.ask({**common, "command": "offer", "sdp": sdp(caller)})
        answered = self.ask({**common, "command": "answer", "to-tag": "b", "sdp": sdp(agent)})
        return port_of(answered), port_of(offered)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._link.close()
