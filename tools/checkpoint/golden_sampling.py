"""Next-token probabilities under transformers' logits warpers, for src/policy/tokenDistribution.ts.

    python tools/checkpoint/golden_sampling.py     test/golden/sampling.json

[{"settings": {"temperature", "top_k", "top_p", "min_p"}, "logits": [40], "probabilities": [40]}]; 0, and 1 for top_p,
is off. The order is that of transformers' generate: temperature, top_k, top_p, min_p.
"""

import json
from pathlib import Path

import torch
from transformers import MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

OUT = Path(__file__).parents[2] / "test/golden/sampling.json"
SETTINGS = [
    (1.0, 0, 1.0, 0.05),
    (0.7, 0, 1.0, 0.2),
    (1.3, 10, 1.0, 0.0),
    (1.0, 0, 0.9, 0.0),
    (1.5, 12, 0.8, 0.1),
    (1.0, 5, 0.5, 0.3),
    (0.9, 0, 0.95, 0.02),
]


def warped(logits, temperature, top_k, top_p, min_p):
    warpers = [TemperatureLogitsWarper(temperature)]
    if top_k:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        warpers.append(TopPLogitsWarper(top_p))
    if min_p:
        warpers.append(MinPLogitsWarper(min_p))
    for warper in warpers:
        logits = warper(torch.zeros(1, 1, dtype=torch.long), logits)
    return torch.softmax(logits, -1)


def main():
    torch.manual_seed(0)
    cases = []
    for temperature, top_k, top_p, min_p in SETTINGS:
        logits = torch.round(torch.randn(40) * 2000) / 1000
        probabilities = warped(logits[None], temperature, top_k, top_p, min_p)[0]
        cases.append(
            {
                "settings": {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p},
                "logits": [round(x, 3) for x in logits.tolist()],
                "probabilities": [round(x, 7) for x in probabilities.tolist()],
            }
        )
    OUT.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
