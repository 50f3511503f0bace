"""The page's judgement of a line, from the browser's own statistics: its TypeScript, in Node."""

import json
import subprocess

from integration.peers.desk_page import FRONTEND, node_program

SCRIPT = """
import { between, read, settled } from "./.quality-of-a-test.mjs";
const stats = (lost, received, jitter, far, trip) => read([
  ["a", {type: "inbound-rtp", kind: "audio", packetsReceived: received, packetsLost: lost, jitter}],
  ["b", {type: "remote-inbound-rtp", kind: "audio", fractionLost: far, roundTripTime: trip}],
  ["c", {type: "candidate-pair", nominated: true, currentRoundTripTime: 0.02}],
  ["d", {type: "inbound-rtp", kind: "video", packetsReceived: 9, packetsLost: 9}],
]);
const first = stats(0, 250, 0.004, 0, 0.03);
console.log(JSON.stringify({
  first: between(null, first),
  lossy: between(first, stats(25, 475, 0.004, 0, 0.03)),
  far: between(first, stats(0, 500, 0.004, 0.03, 0.03)),
  late: between(first, stats(0, 500, 0.07, 0, 0.03)),
  nothing: between(first, first),
  settled: [settled("unknown", "poor"), settled("good", "poor"), settled("poor", "poor"),
            settled("poor", "good")],
}));
"""


def test_loss_jitter_and_delay_make_a_grade() -> None:
    made = FRONTEND / ".quality-of-a-test.mjs"
    built = [node_program(), "node_modules/rolldown/bin/cli.mjs", "src/phone/quality.ts"]
    try:
        subprocess.run(
            [*built, "--format", "esm", "--file", made.name, "--logLevel", "silent"],
            cwd=FRONTEND, check=True,
        )  # fmt: skip
        run = subprocess.run(
            [node_program(), "--input-type=module", "-e", SCRIPT],
            cwd=FRONTEND, check=True, capture_output=True, text=True,
        )  # fmt: skip
    finally:
        made.unlink(missing_ok=True)
    found = json.loads(run.stdout)
    assert found["first"] == {"lossPermille": 0, "jitterMs": 4, "roundTripMs": 30, "grade": "good"}
    assert (found["lossy"]["lossPermille"], found["lossy"]["grade"]) == (100, "poor")
    assert (found["far"]["lossPermille"], found["far"]["grade"]) == (30, "fair")
    assert found["late"]["grade"] == "poor"
    assert found["nothing"]["grade"] == "unknown"
    assert found["settled"] == ["poor", "good", "poor", "good"]  # two looks in a row warn
