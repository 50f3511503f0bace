"""How a call sounded: the E-model's rating and its mean opinion score (ITU-T G.107, G.113).

For G.711: R = 93.2 - Id - Ie,eff. Ie,eff = Ie + (95 - Ie) · Ppl / (Ppl / BurstR + Bpl) with
Ie = 0 and Bpl = 25.1 (G.113, appendix I: G.711 with loss concealment, random loss, BurstR 1);
Id = 0.024 d + 0.11 (d - 177.3) where d, the one-way delay, passes 177.3 ms (Cole and
Rosenbluth, "Voice over IP performance monitoring", 2001).
"""

from typing import Final

BASE: Final = 93.2
ROBUSTNESS: Final = 25.1
PACKET_MS: Final = 20.0


def mos(received: int, lost: int, jitter_us: int, one_way_us: int = 20_000) -> float:
    """From 1.0 to 4.5, two decimals; 0.0 when nothing was heard. The far end is taken to hold
    back twice the jitter before it plays."""
    expected = received + lost
    if received <= 0 or expected <= 0:
        return 0.0
    loss = 100.0 * lost / expected
    delay = one_way_us / 1000 + 2 * jitter_us / 1000 + PACKET_MS
    impairment = 95.0 * loss / (loss + ROBUSTNESS)
    late = 0.024 * delay + (0.11 * (delay - 177.3) if delay > 177.3 else 0.0)
    rating = max(0.0, min(100.0, BASE - impairment - late))
    score = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    return round(max(1.0, min(4.5, score)), 2)
