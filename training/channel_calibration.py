"""Makes weights of the script combinations comparable: the same weight, the same chance of a false agreement.

Different words are compared in all combinations, each word once in either script. Bits across scripts, by the surroundings of the letters
alone, are the yardstick: all weights are stretched and shifted to have its two quantiles, at false-positive rates of 1e-4 and 1e-5.
"""

from __future__ import annotations

import random

import numpy as np
from name_data import Pair
from numpy.typing import NDArray

from linker.names.channel import Channel, Encoded
from linker.names.channel_file import ChannelModel

_WORDS = 3000
_RATES = (1e-4, 1e-5)
_STRETCH = (0.8, 1.25)  # a slope beyond this would follow the noise of the sample


def calibrate(model: ChannelModel, pairs: list[Pair]) -> NDArray[np.float64]:
    """[combination, (slope, shift)] for `ChannelModel.calibration`, whose own must be neutral."""
    channel = Channel(model)
    chosen = random.Random(5).sample(pairs, _WORDS)
    latin, devanagari = channel.encode([p.latin for p in chosen]), channel.encode([p.devanagari for p in chosen])
    yardstick = _quantiles(Channel(model, coarse_share=0.0), devanagari, latin, chosen)
    combinations = ((latin, latin), (devanagari, devanagari), (devanagari, latin))
    return np.array([_line(_quantiles(channel, a, b, chosen), yardstick) for a, b in combinations])


def _quantiles(channel: Channel, left: Encoded, right: Encoded, pairs: list[Pair]) -> NDArray[np.float64]:
    """Weights that different words reach at the rates."""
    top: list[NDArray[np.float32]] = []
    words = np.array([p.devanagari for p in pairs]), np.array([p.latin for p in pairs])
    j = np.arange(len(pairs), dtype=np.int32)
    for first in range(0, len(pairs), 200):
        i = np.repeat(np.arange(first, min(first + 200, len(pairs)), dtype=np.int32), len(pairs))
        other = np.tile(j, len(i) // len(pairs))
        weight = channel.weights(left, right, i, other)
        different = (words[0][i] != words[0][other]) & (words[1][i] != words[1][other])
        top.append(weight[different & (weight > -5)])
    ordered = np.sort(np.concatenate(top))[::-1].astype(np.float64)
    places = [min(int(rate * len(pairs) ** 2), len(ordered) - 1) for rate in _RATES]
    return ordered[places]


def _line(own: NDArray[np.float64], yardstick: NDArray[np.float64]) -> tuple[float, float]:
    slope = float(np.clip((yardstick[1] - yardstick[0]) / max(own[1] - own[0], 0.1), *_STRETCH))
    return round(slope, 4), round(float(yardstick.mean() - slope * own.mean()), 4)
