"""Advantages by torch and learning rates by transformers, for the tests of src/training.

    python tools/checkpoint/golden_training.py

test/golden/training.json
  rewards      [[a group's G rewards]]; lengths: tokens of each response
  advantages   {"grpo/group" | "grpo/batch" | "grpo/none" | "rloo" | "reinforce_plus_plus": as rewards}; the first as in
               TRL's grpo_trainer.py, the others as in EasyR1's core_algos.py
  schedules    [{"lr_scheduler_type", "warmup_steps", "steps", "learning_rate", "rates": one a step}]
"""

import json
from pathlib import Path

import torch
from transformers import get_scheduler

REWARDS = [[2.0, 1, 0, 1], [1, 1, 1, 1], [0, 0, 0, 2], [1, 2, 1, 0.5]]
LENGTHS = [[5, 11, 8, 20], [3, 9, 9, 4], [40, 2, 7, 6], [1, 12, 3, 30]]


def grpo(rewards: torch.Tensor, scale: str) -> torch.Tensor:
    centred = rewards - rewards.mean(1, keepdim=True)
    if scale == "none":
        return centred
    std = rewards.std(1, keepdim=True) if scale == "group" else rewards.flatten().std()
    return centred / (std + 1e-4)


def rloo(rewards: torch.Tensor) -> torch.Tensor:
    others = (rewards.sum(1, keepdim=True) - rewards) / (rewards.shape[1] - 1)
    return rewards - others


def reinforce_plus_plus(rewards: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Token by token: the reward sits on the last token, returns are its sums from behind (gamma 1)."""
    returns, masks = [], []
    longest = int(lengths.max())
    for reward, length in zip(rewards.flatten(), lengths.flatten().tolist()):
        row = torch.zeros(longest, dtype=torch.float64)
        row[length - 1] = reward
        returns.append(row.flip(0).cumsum(0).flip(0))
        masks.append(torch.arange(longest) < length)
    returns, mask = torch.stack(returns), torch.stack(masks)
    valid = returns[mask]
    whitened = (returns - valid.mean()) * torch.rsqrt(valid.var() + 1e-8)
    return whitened[:, 0].reshape(rewards.shape)


def rates(kind: str, warmup: int, steps: int, rate: float) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=steps)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def main() -> None:
    rewards, lengths = torch.tensor(REWARDS, dtype=torch.float64), torch.tensor(LENGTHS)
    advantages = {f"grpo/{scale}": grpo(rewards, scale) for scale in ("group", "batch", "none")}
    advantages |= {"rloo": rloo(rewards), "reinforce_plus_plus": reinforce_plus_plus(rewards, lengths)}
    schedules = [
        {"lr_scheduler_type": kind, "warmup_steps": warmup, "steps": 12, "learning_rate": 1e-3, "rates": rates(kind, warmup, 12, 1e-3)}
        for kind in ("constant", "constant_with_warmup", "linear", "cosine") for warmup in (0, 1, 5)
    ]
    path = Path(__file__).parents[2] / "test/golden/training.json"
    value = {
        "rewards": REWARDS, "lengths": LENGTHS,
        "advantages": {name: rows.tolist() for name, rows in advantages.items()}, "schedules": schedules,
    }
    path.write_text(json.dumps(value) + "\n")


if __name__ == "__main__":
    main()
