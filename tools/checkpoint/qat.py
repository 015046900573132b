"""Training in 4-bit weights: the forward pass sees the blocks that quantise.py will write (its widest range, which
quantising again leaves as it is), the gradient goes straight through."""

import torch
from torch.nn.utils import parametrize

from quantise import BLOCK, LEVELS


def fake_quantise(weight):
    """weight [out, in], in a multiple of BLOCK."""
    blocks = weight.reshape(len(weight), -1, BLOCK)
    low, high = blocks.amin(-1, keepdim=True).clamp(max=0), blocks.amax(-1, keepdim=True).clamp(min=0)
    scale = ((high - low) / LEVELS).clamp_min(1e-12)
    zero = (-low / scale).round()
    return (((blocks / scale).round() + zero).clamp(0, LEVELS).sub(zero) * scale).reshape(weight.shape)


class StraightThrough(torch.nn.Module):
    def forward(self, weight):
        return weight + (fake_quantise(weight.detach()) - weight).detach()


def linears(module):
    return [m for m in module.modules() if isinstance(m, torch.nn.Linear)]


def train_quantised(module):
    for linear in linears(module):
        parametrize.register_parametrization(linear, "weight", StraightThrough())


def bake(module):
    """Leaves plain linear layers whose weights are the dequantised ones."""
    for linear in linears(module):
        if parametrize.is_parametrized(linear, "weight"):
            parametrize.remove_parametrizations(linear, "weight")
        else:
            linear.weight.data = fake_quantise(linear.weight.data)
