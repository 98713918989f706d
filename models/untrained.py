"""A model of random numbers: it judges without sense, but like any other.  For tests and benchmarks."""

from __future__ import annotations

import random

from hdl.contract.model import IMAGE_BYTES, NODE, NODE_ROOT, NODE_UNKNOWN, PARAM_NAMES, REGIONS, TABLES
from hdl.contract.syscalls import NAMES
from hdl.contract.verdict import CONTRACT_VERSION


def untrained_image(seed: int, *, calm: bool = False) -> bytes:
    """Return a model image drawn from `seed`: every table, a trie with stars only, reachable thresholds.

    calm: the tables hold a few small values only, so that hardly anything is ever suspect.
    """
    draw = random.Random(seed)
    image = bytearray(IMAGE_BYTES)

    def put(name: str, values: list[int]) -> None:
        where = REGIONS[name]
        for place, value in enumerate(values):
            start = where.offset + place * where.entry
            image[start : start + where.entry] = value.to_bytes(where.entry, "little")

    for name in TABLES:
        reach = 2 if calm else 60
        put(name, [draw.randint(-reach, reach) & 0xFF for _ in range(REGIONS[name].depth)])
    put("idmap", [2 + draw.randrange(100) if ident < len(NAMES) else 1 for ident in range(REGIONS["idmap"].depth)])
    nodes = [NODE.pack({"path_class": draw.randrange(1, 16)}) for _ in range(REGIONS["paths"].depth)]
    # From node 2 on each leads to the next by any component, so that a path's depth decides.
    for node in range(2, 40):
        nodes[node] |= NODE.pack({"star": node + 1})
        nodes[node + 1] |= NODE.pack({"parent": node})
    nodes[NODE_ROOT] |= NODE.pack({"star": 2})
    nodes[NODE_UNKNOWN] |= NODE.pack({"parent": NODE_UNKNOWN})
    put("paths", nodes)
    for curve in range(3):
        low = [min(255, 4 * step) for step in range(64)]
        start = REGIONS["curve"].offset + 64 * curve
        image[start : start + 64] = bytes(low)
    thresholds = {"1": 300, "2": 600, "3": 1200}
    params = dict.fromkeys(PARAM_NAMES, 0)
    params["version"] = CONTRACT_VERSION
    for accumulator in ("decayed", "cusum", "tree"):
        for tier, value in thresholds.items():
            params[f"{accumulator}_{tier}"] = value * (4 if accumulator == "tree" else 1)
    params |= {"cusum_drift": 4, "tree_drift": 2, "drain": 1024, "path_seed_low": draw.getrandbits(16)}
    put("params", [params[name] for name in PARAM_NAMES])
    return bytes(image)
