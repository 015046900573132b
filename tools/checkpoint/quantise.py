"""4-bit blocks as com.microsoft.MatMulNBits reads them: w = scale * (q - zero_point), blocks of 32 along the inputs."""

from dataclasses import dataclass

import numpy as np

BLOCK = 32
LEVELS = 15
SHRINKS = np.linspace(1.0, 0.6, 17, dtype=np.float32)


@dataclass
class Blocks:
    packed: np.ndarray  # uint8 [out, blocks, 16], the earlier input in the low nibble
    scales: np.ndarray  # float32 [out, blocks]
    zero_points: np.ndarray  # uint8 [out, ceil(blocks / 2)], the earlier block in the low nibble
    inputs: int


def quantise(weight: np.ndarray) -> Blocks:
    """weight: [out, in]. Of several shrunken ranges a block takes the one with the least squared error."""
    out, inputs = weight.shape
    padded = np.zeros((out, -(-inputs // BLOCK) * BLOCK), np.float32)
    padded[:, :inputs] = weight
    w = padded.reshape(out, -1, BLOCK)
    low = np.minimum(w.min(-1, keepdims=True), 0)
    high = np.maximum(w.max(-1, keepdims=True), 0)
    best = np.full(low.shape, np.inf, np.float32)
    scales, zeros, values = np.ones_like(low), np.zeros_like(low), np.zeros_like(w)
    for shrink in SHRINKS:
        scale = (high - low) * shrink / LEVELS
        scale = np.where(scale < 1e-12, np.float32(1), scale).astype(np.float32)
        zero = np.clip(np.round(-low * shrink / scale), 0, LEVELS)
        q = np.clip(np.round(w / scale) + zero, 0, LEVELS)
        error = ((scale * (q - zero) - w) ** 2).sum(-1, keepdims=True)
        better = error < best
        best, scales = np.where(better, error, best), np.where(better, scale, scales)
        zeros, values = np.where(better, zero, zeros), np.where(better, q, values)
    return Blocks(_pack(values), scales[..., 0], _pack(zeros[..., 0]), inputs)


def dequantise(blocks: Blocks) -> np.ndarray:
    """[out, in] float32, the very weights that MatMulNBits multiplies with."""
    count = blocks.scales.shape[1]
    q = _unpack(blocks.packed).astype(np.float32)
    zero = _unpack(blocks.zero_points)[:, :count, None].astype(np.float32)
    w = (q - zero) * blocks.scales[..., None]
    return w.reshape(len(q), -1)[:, : blocks.inputs]


def fake_quantise(weight: np.ndarray) -> np.ndarray:
    """The weights as they will be after export."""
    return dequantise(quantise(weight))


def _pack(values: np.ndarray) -> np.ndarray:
    q = values.astype(np.uint8)
    if q.shape[-1] % 2:
        q = np.concatenate([q, np.zeros_like(q[..., :1])], -1)
    return q[..., 0::2] | (q[..., 1::2] << 4)


def _unpack(packed: np.ndarray) -> np.ndarray:
    return np.stack([packed & 15, packed >> 4], -1).reshape(*packed.shape[:-1], -1)
