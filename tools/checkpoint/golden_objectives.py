"""What PyTorch makes of every loss option, for the learner's tests: two groups on the tiny model of test/fixtures.

    python tools/checkpoint/golden_objectives.py

The formulas are TRL's (grpo_trainer.py, _compute_loss; a group is one local batch, as many batches are accumulated as
there are groups) and, for k1 and k2, verl's kl_penalty. Model, adapter and prompt are golden.py's.

test/golden/objectives.json (reference arithmetic in float64)
  prompt_embeds [P, hidden], the prompt of both groups
  groups        [[{"ids" [C], "advantage", "truncated"}]]
  defaults      LossSettings of learner/lossSettings.ts
  cases         [{"name", "settings": what differs from the defaults, "old_logprobs": [[[C]]] or null,
                "sampling_logprobs": [[[C]]], "loss": without the entropy bonus, "metrics": TRL's names,
                "grad_norm": of all the adapter, "gradients": of three of its tensors}]
  supervised    {"loss", "entropy", "grad_norm", "gradients"}: cross-entropy of the same responses, prompt masked
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
from from_onnx import load_model  # noqa: E402
from golden import FIXTURE, PROMPT, array, lora_parameters, merged_embeds, picture, token_logps, with_adapter, write  # noqa: E402
from processor import processor_inputs  # noqa: E402

KEPT = ("layers.0.self_attn.q_proj.A", "layers.0.mlp.down_proj.B", "layers.1.self_attn.v_proj.B")
DEFAULTS = {
    "loss_type": "dapo", "importance_sampling_level": "token", "epsilon": 0.2, "epsilon_high": None, "delta": None,
    "sapo_temperature_pos": 1.0, "sapo_temperature_neg": 1.05, "beta": 0.0, "kl_penalty": "k3", "entropy_coef": 0.0,
    "mask_truncated_completions": False, "temperature": 1.0, "max_completion_length": 16,
    "importance_sampling_correction": False, "importance_sampling_mode": "sequence_mask",
    "importance_sampling_clip_max": 3.0, "importance_sampling_clip_min": None,
}
PLANS = [
    ("bnpo", {"loss_type": "bnpo"}),
    ("dr_grpo", {"loss_type": "dr_grpo"}),
    ("grpo", {"loss_type": "grpo"}),
    ("dapo", {}),
    ("cispo", {"loss_type": "cispo", "epsilon_high": 1.1}),
    ("cispo, first update", {"loss_type": "cispo", "epsilon_high": 5.0, "first": True}),
    ("sapo", {"loss_type": "sapo"}),
    ("sapo, first update, other temperatures", {"loss_type": "sapo", "sapo_temperature_pos": 0.8, "sapo_temperature_neg": 1.4, "first": True}),
    ("GSPO on grpo", {"loss_type": "grpo", "importance_sampling_level": "sequence", "epsilon": 0.03, "epsilon_high": 0.04}),
    ("GSPO on dapo", {"importance_sampling_level": "sequence", "epsilon": 0.05}),
    ("GSPO on dr_grpo, first update", {"loss_type": "dr_grpo", "importance_sampling_level": "sequence", "first": True}),
    ("sequence level of cispo", {"loss_type": "cispo", "importance_sampling_level": "sequence", "epsilon_high": 1.02}),
    ("sequence level of sapo", {"loss_type": "sapo", "importance_sampling_level": "sequence"}),
    ("clip higher", {"epsilon": 0.1, "epsilon_high": 0.28}),
    ("dual clip", {"epsilon": 0.1, "delta": 1.3}),
    ("dual clip by sequence", {"importance_sampling_level": "sequence", "epsilon": 0.01, "delta": 1.03}),
    ("KL k1", {"beta": 0.1, "kl_penalty": "k1"}),
    ("KL k2", {"beta": 0.1, "kl_penalty": "k2", "loss_type": "grpo"}),
    ("KL k3, temperature 0.8", {"beta": 0.1, "kl_penalty": "k3", "loss_type": "bnpo", "temperature": 0.8}),
    ("entropy bonus on dapo", {"entropy_coef": 0.3}),
    ("entropy bonus on grpo, temperature 0.8", {"entropy_coef": 0.3, "loss_type": "grpo", "temperature": 0.8}),
    ("truncated masked, dapo", {"mask_truncated_completions": True, "entropy_coef": 0.1}),
    ("truncated masked, grpo, KL", {"mask_truncated_completions": True, "loss_type": "grpo", "beta": 0.1}),
    ("truncated masked, bnpo, by sequence", {"mask_truncated_completions": True, "loss_type": "bnpo", "importance_sampling_level": "sequence", "entropy_coef": 0.1}),
    ("token_truncate", {"mode": "token_truncate", "importance_sampling_clip_max": 1.2, "importance_sampling_clip_min": 0.8}),
    ("token_mask", {"mode": "token_mask", "importance_sampling_clip_max": 1.2, "importance_sampling_clip_min": 0.8}),
    ("sequence_truncate", {"mode": "sequence_truncate", "importance_sampling_clip_max": 1.3, "importance_sampling_clip_min": 0.7}),
    ("sequence_mask", {"mode": "sequence_mask", "importance_sampling_clip_max": 1.5, "importance_sampling_clip_min": 0.7}),
    ("token_mask, GSPO, truncated masked", {"mode": "token_mask", "importance_sampling_clip_max": 1.3, "importance_sampling_level": "sequence", "mask_truncated_completions": True}),
    ("sequence_truncate on cispo", {"mode": "sequence_truncate", "loss_type": "cispo", "epsilon_high": 1.05}),
]


def correction(difference: torch.Tensor, s: dict) -> torch.Tensor:
    """One weight a token."""
    whole = s["importance_sampling_mode"].startswith("sequence")
    ratio = (difference.sum().expand(len(difference)) if whole else difference).exp()
    least = s["importance_sampling_clip_min"]
    low, high = (-torch.inf if least is None else least), s["importance_sampling_clip_max"]
    if s["importance_sampling_mode"].endswith("truncate"):
        return ratio.clamp(low, high)
    return torch.where((ratio < low) | (ratio > high), torch.zeros_like(ratio), ratio)


def token_losses(logp, old, ref, advantage: float, s: dict):
    """Policy term with KL beside it, a value a token; the ratios that were taken."""
    log_ratio = logp - old
    sequence = s["importance_sampling_level"] == "sequence"
    ratio = (log_ratio.mean().reshape(1) if sequence else log_ratio).exp()
    high = s["epsilon"] if s["epsilon_high"] is None else s["epsilon_high"]
    if s["loss_type"] == "cispo":
        policy = -ratio.detach().clamp(max=high) * advantage * logp
    elif s["loss_type"] == "sapo":
        t = s["sapo_temperature_pos"] if advantage > 0 else s["sapo_temperature_neg"]
        policy = -advantage * 4 / t * torch.sigmoid(t * (ratio - 1))
    else:
        near = ratio.clamp(1 - s["epsilon"], 1 + high)
        far = ratio if s["delta"] is None else ratio.clamp(max=s["delta"])
        policy = -torch.minimum(far * advantage, near * advantage)
    d = ref - logp
    kl = {"k1": -d, "k2": d**2 / 2, "k3": d.exp() - d - 1}[s["kl_penalty"]]
    return policy.expand(len(logp)), kl, ratio.detach(), high


def objective(groups, scored, refs, case, s):
    """(loss with the bonus, loss without it, metrics)."""
    everyone = [r for group in groups for r in group]
    on = lambda r: not (s["mask_truncated_completions"] and r["truncated"])  # noqa: E731
    tokens = sum(len(r["ids"]) for r in everyone if on(r))
    loss, bonus = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    kls, entropies, lows, highs, cispo, weights, gaps = [], [], [], [], [], [], []
    for g, group in enumerate(groups):
        group_tokens = sum(len(r["ids"]) for r in group if on(r))
        for i, r in enumerate(group):
            logp, entropy = scored[g][i]
            sampling = torch.tensor(case["sampling_logprobs"][g][i]).double()
            old = logp.detach() if case["old_logprobs"] is None else torch.tensor(case["old_logprobs"][g][i]).double()
            policy, kl, ratio, high = token_losses(logp, old, refs[g][i], r["advantage"], s)
            below = ((ratio < 1 - s["epsilon"]) & torch.tensor(r["advantage"] < 0)).double()
            bound = high if s["loss_type"] == "cispo" else 1 + high
            above = ((ratio > bound) & torch.tensor(r["advantage"] > 0)).double()
            by_sequence = s["importance_sampling_level"] == "sequence"
            if not on(r):
                if by_sequence:
                    lows.append(torch.zeros(1)), highs.append(torch.zeros(1))
                if s["importance_sampling_correction"] and s["importance_sampling_mode"].startswith("sequence"):
                    weights.append(torch.ones(1))
                continue
            lows.append(below), highs.append(above)
            difference = (old - sampling).detach()
            gaps.append(difference.abs())
            if s["importance_sampling_correction"]:
                weight = correction(difference, s)
                weights.append(weight[:1] if s["importance_sampling_mode"].startswith("sequence") else weight)
                policy = policy * weight
            kls.append(kl.detach()), entropies.append(entropy.detach())
            row = policy + s["beta"] * kl
            n = len(logp)
            over = {
                "grpo": len(everyone) * n, "sapo": len(everyone) * n, "dapo": tokens, "cispo": tokens,
                "bnpo": len(groups) * group_tokens, "dr_grpo": len(everyone) * s["max_completion_length"],
            }[s["loss_type"]]
            loss = loss + row.sum() / over
            bonus = bonus + entropy.sum() / (tokens if s["loss_type"] in ("dapo", "cispo") else len(groups) * group_tokens)
    metrics = {
        "entropy": torch.cat(entropies).mean(),
        "sampling/sampling_logp_difference/mean": torch.cat(gaps).mean(),
        "sampling/sampling_logp_difference/max": torch.cat(gaps).max(),
    }
    if s["loss_type"] == "cispo":
        metrics["cispo_clip_ratio"] = torch.cat(highs).mean()
    elif s["loss_type"] != "sapo":
        metrics.update({
            "clip_ratio/low_mean": torch.cat(lows).mean(), "clip_ratio/high_mean": torch.cat(highs).mean(),
            "clip_ratio/region_mean": (torch.cat(lows) + torch.cat(highs)).mean(),
            "clip_ratio/low_min": min(x.mean() for x in lows), "clip_ratio/high_max": max(x.mean() for x in highs),
        })
    if s["beta"]:
        metrics["kl"] = torch.cat(kls).mean()
    if weights:
        for name in ("min", "mean", "max"):
            metrics[f"sampling/importance_sampling_ratio/{name}"] = getattr(torch.cat(weights), name)()
    return loss - s["entropy_coef"] * bonus, loss, {name: float(value) for name, value in metrics.items()}


def main() -> None:
    torch.set_num_threads(1)
    model, random = load_model(FIXTURE), np.random.default_rng(11)
    embeds = merged_embeds(model, processor_inputs(FIXTURE, PROMPT, picture())).double()
    peft, base = with_adapter(model, seed=1), model.double()
    parameters = lora_parameters(peft)
    advantages = [[1.1, -0.4, -0.7], [0.9, -0.9]]
    groups = [
        [{"ids": random.integers(0, 400, n).tolist(), "advantage": a, "truncated": (g, i) in ((0, 1), (1, 0))}
         for i, (n, a) in enumerate(zip(lengths, advantages[g]))]
        for g, lengths in enumerate([(5, 11, 8), (6, 3)])
    ]

    def score(which, t):
        rows = []
        for group in groups:
            logps, entropies = token_logps(which, embeds, [r["ids"] for r in group], t)
            rows.append(list(zip(logps, entropies)))
        return rows

    with torch.no_grad():
        own = {t: [[logp for logp, _ in group] for group in score(peft, t)] for t in (1.0, 0.8)}
        refs = {t: [[logp for logp, _ in group] for group in score(base, t)] for t in (1.0, 0.8)}

    def moved(rows, by):
        shift = lambda row: (np.array(row) + random.normal(0, by, len(row))).astype(np.float32).tolist()  # noqa: E731
        return [[shift(row) for row in group] for group in rows]

    def gradients() -> dict:
        norm = sum(float((p.grad**2).sum()) for p in parameters.values()) ** 0.5
        return {"grad_norm": norm, "gradients": {path: array(parameters[path].grad) for path in KEPT}}

    cases = []
    for name, plan in PLANS:
        plan = dict(plan)
        first, mode = plan.pop("first", False), plan.pop("mode", None)
        if mode:
            plan.update({"importance_sampling_correction": True, "importance_sampling_mode": mode})
        s = {**DEFAULTS, **plan}
        old = None if first else moved(own[s["temperature"]], 0.25)
        case = {"name": name, "settings": plan, "old_logprobs": old,
                "sampling_logprobs": moved(old or own[s["temperature"]], 0.2 if mode else 1e-4)}
        peft.zero_grad()
        total, loss, case["metrics"] = objective(groups, score(peft, s["temperature"]), refs[s["temperature"]], case, s)
        total.backward()
        case.update({"loss": loss.item(), **gradients()})
        cases.append(case)

    peft.zero_grad()
    rows = [row for group in score(peft, 1.0) for row in group]
    loss = -torch.cat([logp for logp, _ in rows]).mean()
    loss.backward()
    entropy = float(torch.cat([entropy.detach() for _, entropy in rows]).mean())
    supervised = {"loss": loss.item(), "entropy": entropy, **gradients()}
    write("objectives.json", {"prompt_embeds": array(embeds), "groups": groups, "defaults": DEFAULTS, "cases": cases, "supervised": supervised})


if __name__ == "__main__":
    main()
