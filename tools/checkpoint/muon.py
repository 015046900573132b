"""Muon (Jordan et al. 2024): momentum whose matrices are made nearly orthogonal by a Newton-Schulz iteration.
In float32, since torch.optim.Muon's bfloat16 is slow on a CPU without it."""

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonal(matrix, steps=5):
    """[rows, columns] -> the same shape with singular values near 1."""
    a, b, c = COEFFICIENTS
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """lr as for AdamW: an update has the root mean square of AdamW's, 0.2 lr (Liu et al. 2025)."""

    def __init__(self, matrices, lr, momentum=0.95, weight_decay=0.01):
        super().__init__(matrices, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                mean = state.setdefault("mean", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - group["momentum"])
                update = orthogonal(p.grad.lerp(mean, group["momentum"]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update, alpha=-group["lr"] * 0.2 * max(p.shape) ** 0.5)
