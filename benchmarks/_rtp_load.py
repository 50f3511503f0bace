"""A generator of calls' sound, a process of its own: both directions, a packet every 20 ms.

    python -m benchmarks._rtp_load CALLS [LEGS]

prints its ports as a JSON list (LEGS a call: two), reads the far ends' ports in the same order
and {"seconds": …}, then sends, and prints what came through as one JSON object. Each packet
carries the time at which it was sent, so the delay of each is known; jitter is a packet's
delay against its stream's median. With more than two legs a call what comes is a mix: there
what counts as its delay is the time since the packet before it.
"""

import gc
import json
import os
import select
import socket
import struct
import sys
import time
from array import array
from statistics import median

HEADER = struct.Struct("!BBHII")
SENT = struct.Struct("!q")
SLOTS = 20
PAYLOAD = 8
LAW = 8  # PCMA


def opened(count: int) -> list[socket.socket]:
    made = []
    for _ in range(count):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        made.append(one)
    return made


def load(sockets: list[socket.socket], seconds: float, mixed: bool) -> dict[str, float]:
    """Sends on connected sockets for so long, and counts what comes."""
    body = b"\xd5" * (160 - PAYLOAD)
    handles = [one.fileno() for one in sockets]
    firsts: dict[int, int] = {}
    lasts: dict[int, int] = {}
    before: dict[int, int] = {}
    received = 0
    place = {handle: index for index, handle in enumerate(handles)}
    delays: list[array[int]] = [array("q") for _ in sockets]
    slots = [range(slot, len(sockets), SLOTS) for slot in range(SLOTS)]
    poll = select.epoll()
    for handle in handles:
        poll.register(handle, select.EPOLLIN)
    gc.disable()
    clock, write, read = time.monotonic_ns, os.write, os.read
    frames = round(seconds * 50)
    step_ns = 20_000_000 // SLOTS
    due, tick, sent = clock(), 0, 0
    grace = clock() + round((seconds + (0.2 if mixed else 1)) * 1e9)
    while clock() < grace:
        now = clock()
        while tick < frames * SLOTS and now >= due:
            frame = tick // SLOTS
            for index in slots[tick % SLOTS]:
                head = HEADER.pack(0x80, LAW, frame & 0xFFFF, frame * 160, index + 1)
                write(handles[index], head + SENT.pack(clock()) + body)
                sent += 1
            tick += 1
            due += step_ns
        wait = max(0.0, (due - clock()) / 1e9) if tick < frames * SLOTS else 0.05
        for handle, _ in poll.poll(wait, 512):
            data = read(handle, 2048)
            if mixed and len(data) == 172:
                sequence = int.from_bytes(data[2:4], "big")
                first = firsts.setdefault(handle, sequence)
                lasts[handle] = max(lasts.get(handle, 0), (sequence - first) & 0xFFFF)
                now_ns = clock()
                if handle in before:
                    delays[place[handle]].append(now_ns - before[handle])
                before[handle] = now_ns
                received += 1
            elif len(data) == 172:
                delays[place[handle]].append(clock() - SENT.unpack_from(data, 12)[0])
    received = received or sum(map(len, delays))
    jitters = array("q")
    for stream in delays:
        if stream:
            usual = round(median(stream))
            jitters.extend(abs(delay - usual) for delay in stream)
    ordered = sorted(jitters)
    return {
        "sent": sent,
        "received": received,
        "lost": sum(lasts.values()) + len(lasts) - received if mixed else sent - received,
        "jitter_p99_us": ordered[len(ordered) * 99 // 100] / 1_000 if ordered else 0.0,
        "delay_p50_us": median(map(median, filter(None, delays))) / 1_000 if received else 0.0,
    }


def main() -> None:
    legs = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    sockets = opened(legs * int(sys.argv[1]))
    print(json.dumps([one.getsockname()[1] for one in sockets]), flush=True)
    far = json.loads(sys.stdin.readline())
    for one, port in zip(sockets, far["ports"], strict=True):
        one.connect(("127.0.0.1", port))
    print(json.dumps(load(sockets, far["seconds"], legs > 2)), flush=True)


if __name__ == "__main__":
    main()
