"""The model for programs of the board's own kernel."""

from __future__ import annotations

import numpy as np

from models.build import BOARD_TIERS, build_board
from models.calibrate import tiers_above
from models.corpus import condensed
from models.image import assemble, parse
from models.package import SHIPPED_BOARD, read_package
from models.recordings import join
from models.train import blank_model, process_maxima


def test_tiers_lie_above_all() -> None:
    own = np.array([[100, 7, 1], [40, 20, 0], [10, 3, 3]])
    tiers = tiers_above(own, (1.2, 1.5, 1.8))
    assert (tiers.decayed, tiers.cusum, tiers.tree) == ((121, 151, 181), (25, 31, 37), (4, 5, 6))


def test_it_is_made_again_to_the_byte_and_no_honest_program_of_its_corpora_reaches_a_tier() -> None:
    shipped, made = read_package(SHIPPED_BOARD), build_board()
    assert made.image == shipped.image and made.calibration == shipped.calibration
    assert shipped.calibration["above"] == list(BOARD_TIERS)
    model, blank = parse(shipped.image), assemble(blank_model(board=True))
    for corpus in (condensed.KERNEL, condensed.PRACTICE):
        recordings, labels, _objects = condensed.read(corpus, blank)
        honest = [recording for recording, label in zip(recordings, labels, strict=True) if not label]
        highest = process_maxima(join(honest), shipped.image).max(axis=0)
        assert (highest < [model.decayed[0], model.cusum[0], model.tree[0]]).all(), corpus
