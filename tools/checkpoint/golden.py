"""What PyTorch, transformers and PEFT compute, for the tests of the page's own arithmetic.

    python tools/checkpoint/golden.py                                  the tiny model of test/fixtures
    python tools/checkpoint/golden.py --checkpoint public/checkpoint   test/golden/embedded.json

Weights are read back from the ONNX files (from_onnx.py), so 4-bit rounding is in. An array is written as
{"shape": [..], "f32": base64 of little-endian float32, row-major}.

test/golden/adapter/: a random LoRA adapter as PEFT saves it, rank 4, lora_alpha 8, on all seven linear layers.

test/golden/policy.json
  prompt        with one "<image>"; image: file name beside it, 224 x 224
  text          after the chat template; ids: with the image's tokens expanded [P]
  pixels        {"first": 8 values, "sum", "sum_of_squares"} of pixel_values
  embeds        [P, hidden], image features in their places
  logits        [vocab] after the prompt, base model
  greedy        {"ids", "text"}: 24 tokens without and {"adapter": ..} with the adapter, suppressed tokens left out
  responses     [{"ids", "logprobs", "adapter_logprobs"}]: log p of each token at temperature 1

test/golden/learner.json (reference arithmetic in float64)
  prompt_embeds [P, hidden]
  responses     [{"ids" [C], "advantage"}], three of unequal length
  logprobs      {"1.0" | "0.8": [[C] a response]} with the adapter, by temperature; base_logprobs: without it
  entropies     {"1.0" | "0.8": [[C] a response]} with the adapter
  cases         [{"name", "settings": learner.ts's LossSettings, "importance_sampling_mode": TRL's
                "token_truncate" | "sequence_mask" (only where the correction is on),
                "old_logprobs": [[C]] or null, "sampling_logprobs": [[C]],
                "loss": over the group as the whole batch (dapo: all its tokens), "metrics": TRL's names,
                "gradients": {"layers.0.self_attn.q_proj.A": [r, in], "...B": [out, r]}, of PEFT's lora_A and lora_B}]
  adamw         {"case", "settings": OptimizerSettings, "steps": 2, "parameters": as gradients, after the steps with
                the case's loss; "grad_norms": before clipping, a step}: old_logprobs stay those of the case

test/golden/embedded.json
  questions     twelve [{"id", "prompt", "image": base64 of a lossless WebP, "prompt_ids": image tokens expanded,
                "ids", "text": the greedy answer, at most 160 tokens}]
"""

import argparse
import base64
import copy
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from PIL import Image, ImageDraw
from transformers import PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).parent))
from from_onnx import load_model  # noqa: E402
from processor import IMAGE, processor_inputs  # noqa: E402

ROOT = Path(__file__).parents[2]
FIXTURE, GOLDEN = ROOT / "test/fixtures/tiny-smolvlm", ROOT / "test/golden"
PROMPT = "Front view: <image>\nFrom the image: which position does the robot have now?\n[[A]] 0.25\n[[B]] 0.31"
TEMPERATURES = (1.0, 0.8)


def array(values) -> dict:
    values = np.ascontiguousarray(np.asarray(values), "<f4")
    return {"shape": list(values.shape), "f32": base64.b64encode(values.tobytes()).decode()}


def picture() -> Image.Image:
    image = Image.new("RGB", (224, 224), (196, 160, 120))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 223, 90), fill=(210, 220, 230))
    draw.ellipse((60, 120, 110, 170), fill=(200, 30, 40))
    draw.polygon([(150, 20), (170, 20), (165, 130), (155, 130)], fill=(245, 245, 245))
    return image


def with_adapter(model, seed: int):
    """All linear layers of the text model, B not zero, in float64."""
    torch.manual_seed(seed)
    config = LoraConfig(
        r=4, lora_alpha=8, lora_dropout=0.0,
        target_modules=r".*text_model\.layers\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)",
    )
    peft = get_peft_model(copy.deepcopy(model), config)
    for name, parameter in peft.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    return peft.double().eval()


def token_logps(model, prompt: torch.Tensor, responses: list[list[int]], temperature: float):
    """log p of and entropy at each token, a response after the other, each after the prompt by itself."""
    embed = model.get_input_embeddings()
    logps, entropies = [], []
    for ids in responses:
        ids = torch.tensor(ids)
        rows = torch.cat([prompt, embed(ids).to(prompt.dtype)])[None]
        logits = model(inputs_embeds=rows).logits[0, len(prompt) - 1 : -1].double() / temperature
        logp = logits.log_softmax(-1)
        logps.append(logp.gather(-1, ids[:, None])[:, 0])
        entropies.append(-(logp.exp() * logp).sum(-1))
    return logps, entropies


def grpo_loss(logps, entropies, ref_logps, case, advantages):
    """trl/trainer/grpo_trainer.py, GRPOTrainer._compute_loss, for one group that is the whole batch."""
    s, lengths = case["settings"], [len(x) for x in logps]
    high = s["epsilon"] if s["epsilon_high"] is None else s["epsilon_high"]
    rows, kls, low, up, ratios = [], [], [], [], []
    for i, logp in enumerate(logps):
        old = logp.detach() if case["old_logprobs"] is None else torch.tensor(case["old_logprobs"][i]).double()
        ratio = torch.exp(logp - old)
        a = advantages[i]
        row = -torch.min(ratio * a, ratio.clamp(1 - s["epsilon"], 1 + high) * a)
        low.append(((ratio < 1 - s["epsilon"]) & torch.tensor(a < 0)).double())
        up.append(((ratio > 1 + high) & torch.tensor(a > 0)).double())
        if s["importance_sampling_correction"]:
            difference = old - torch.tensor(case["sampling_logprobs"][i]).double()
            if case["importance_sampling_mode"] == "sequence_mask":
                weight = difference.sum().exp().expand(len(old))
                weight = weight.masked_fill(weight > s["importance_sampling_clip_max"], 0.0)
            else:
                weight = difference.exp().clamp(max=s["importance_sampling_clip_max"])
            ratios.append(weight)
            row = row * weight
        kl = torch.exp(ref_logps[i] - logp) - (ref_logps[i] - logp) - 1
        kls.append(kl)
        if s["beta"]:
            row = row + s["beta"] * kl
        rows.append(row)
    if s["loss_type"] == "grpo":
        loss = torch.stack([row.mean() for row in rows]).mean()
    elif s["loss_type"] == "dr_grpo":
        loss = torch.stack([row.sum() for row in rows]).sum() / (len(rows) * s["max_completion_length"])
    else:
        loss = torch.cat(rows).sum() / sum(lengths)
    metrics = {
        "entropy": torch.cat(entropies).mean(),
        "clip_ratio/low_mean": torch.cat(low).mean(), "clip_ratio/high_mean": torch.cat(up).mean(),
        "clip_ratio/region_mean": (torch.cat(low) + torch.cat(up)).mean(),
        "clip_ratio/low_min": min(x.mean() for x in low), "clip_ratio/high_max": max(x.mean() for x in up),
    }
    if s["beta"]:
        metrics["kl"] = torch.cat(kls).mean()
    if ratios:
        spread = torch.stack([r[0] for r in ratios]) if case["importance_sampling_mode"] == "sequence_mask" else torch.cat(ratios)
        for name in ("min", "mean", "max"):
            metrics[f"sampling/importance_sampling_ratio/{name}"] = getattr(spread, name)()
    return loss, {name: float(value) for name, value in metrics.items()}


def loss_cases(logps: dict[float, list[list[float]]]) -> list[dict]:
    base = {
        "loss_type": "grpo", "epsilon": 0.2, "epsilon_high": None, "beta": 0.0, "temperature": 1.0,
        "max_completion_length": 16, "importance_sampling_correction": False, "importance_sampling_clip_max": 3.0,
    }
    random = np.random.default_rng(3)

    def moved(rows, by):
        return [(np.array(row) + random.normal(0, by, len(row))).astype(np.float32).tolist() for row in rows]

    def case(name, old: bool, mode=None, **settings):
        s = {**base, **settings, "importance_sampling_correction": mode is not None}
        own = logps[s["temperature"]]
        old_logprobs = moved(own, 0.3) if old else None
        return {
            "name": name, "settings": s, "old_logprobs": old_logprobs,
            "sampling_logprobs": moved(old_logprobs or own, 0.25 if mode else 1e-4),
            **({"importance_sampling_mode": mode} if mode else {}),
        }

    return [
        case("grpo, first update", False),
        case("grpo, clipped", True),
        case("dapo, clip higher", True, loss_type="dapo", epsilon_high=0.28),
        case("dr_grpo, clipped", True, loss_type="dr_grpo"),
        case("grpo, KL to the base", False, beta=0.1),
        case("dapo, KL, temperature 0.8", True, loss_type="dapo", beta=0.04, temperature=0.8),
        case("grpo, importance sampling by token", True, "token_truncate", importance_sampling_clip_max=1.2),
        case("dapo, importance sampling by sequence", False, "sequence_mask", loss_type="dapo", importance_sampling_clip_max=2.0),
    ]


def lora_parameters(peft) -> dict[str, torch.nn.Parameter]:
    found = {}
    for name, parameter in peft.named_parameters():
        if "lora_" in name:
            path = name.split("text_model.")[1].replace(".lora_A.default.weight", ".A").replace(".lora_B.default.weight", ".B")
            found[path] = parameter
    return found


def learner(model, peft, prompt: torch.Tensor, random) -> dict:
    end = model.generation_config.eos_token_id
    responses = [random.integers(0, 400, n).tolist() + [end] for n in (4, 10, 7)]
    advantages = [1.1, -0.4, -0.7]
    result = {
        "prompt_embeds": array(prompt),
        "responses": [{"ids": ids, "advantage": a} for ids, a in zip(responses, advantages)],
        "logprobs": {}, "base_logprobs": {}, "entropies": {}, "cases": [],
    }
    base = copy.deepcopy(model).double()
    for t in TEMPERATURES:
        with torch.no_grad():
            logps, entropies = token_logps(peft, prompt, responses, t)
            refs, _ = token_logps(base, prompt, responses, t)
        for field, rows in (("logprobs", logps), ("entropies", entropies), ("base_logprobs", refs)):
            result[field][str(t)] = [row.tolist() for row in rows]
    parameters = lora_parameters(peft)

    def compute(case):
        t = case["settings"]["temperature"]
        peft.zero_grad()
        logps, entropies = token_logps(peft, prompt, responses, t)
        refs = [torch.tensor(row).double() for row in result["base_logprobs"][str(t)]]
        loss, metrics = grpo_loss(logps, entropies, refs, case, advantages)
        loss.backward()
        return float(loss), metrics

    for case in loss_cases({t: result["logprobs"][str(t)] for t in TEMPERATURES}):
        case["loss"], case["metrics"] = compute(case)
        case["gradients"] = {path: array(p.grad) for path, p in parameters.items()}
        result["cases"].append(case)

    case = result["cases"][1]
    settings = {
        "learning_rate": 1e-3, "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8,
        "weight_decay": 0.01, "max_grad_norm": 0.1,
    }
    optimizer = torch.optim.AdamW(
        parameters.values(), lr=settings["learning_rate"], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01
    )
    norms = []
    for _ in range(2):
        compute(case)
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), settings["max_grad_norm"])))
        optimizer.step()
    result["adamw"] = {
        "case": case["name"], "settings": settings, "steps": 2, "grad_norms": norms,
        "parameters": {path: array(p.detach()) for path, p in parameters.items()},
    }
    return result


@torch.no_grad()
def greedy(model, inputs: dict, tokens: int, tokenizer) -> dict:
    out = model.generate(**inputs, max_new_tokens=tokens, do_sample=False)[0, inputs["input_ids"].shape[1] :].tolist()
    return {"ids": out, "text": tokenizer.decode(out, skip_special_tokens=True)}


@torch.no_grad()
def merged_embeds(model, inputs: dict) -> torch.Tensor:
    seen = []
    hook = model.model.text_model.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs["inputs_embeds"]), with_kwargs=True
    )
    model(**inputs)
    hook.remove()
    return seen[0][0]


@torch.no_grad()
def policy(model, peft, inputs: dict, embeds: torch.Tensor, responses: list[list[int]]) -> dict:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(FIXTURE)
    pixels = inputs["pixel_values"].double()
    before, after = PROMPT.split(IMAGE)
    single = copy.deepcopy(peft).float()
    logps = token_logps(copy.deepcopy(model).double(), embeds.double(), responses, 1.0)[0]
    adapted = token_logps(peft, embeds.double(), responses, 1.0)[0]
    return {
        "prompt": PROMPT, "image": "picture.png",
        "text": tokenizer.apply_chat_template(
            [{"role": "user", "content": [{"type": "text", "text": before}, {"type": "image"}, {"type": "text", "text": after}]}],
            add_generation_prompt=True, tokenize=False,
        ),
        "ids": inputs["input_ids"][0].tolist(),
        "pixels": {
            "first": pixels.flatten()[:8].tolist(), "sum": float(pixels.sum()), "sum_of_squares": float((pixels**2).sum())
        },
        "embeds": array(embeds), "logits": array(model(**inputs).logits[0, -1]),
        "greedy": {**greedy(model, inputs, 24, tokenizer), "adapter": greedy(single, inputs, 24, tokenizer)},
        "responses": [
            {"ids": ids, "logprobs": a.tolist(), "adapter_logprobs": b.tolist()}
            for ids, a, b in zip(responses, logps, adapted)
        ],
    }


def tiny() -> None:
    model, random = load_model(FIXTURE), np.random.default_rng(0)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    picture().save(GOLDEN / "picture.png", optimize=True)
    inputs = processor_inputs(FIXTURE, PROMPT, picture())
    embeds = merged_embeds(model, inputs)
    peft = with_adapter(model, seed=1)
    save_adapter(peft)
    result = learner(model, with_adapter(model, seed=1), embeds.double(), random)
    write("learner.json", result)
    write("policy.json", policy(model, peft, inputs, embeds, [r["ids"] for r in result["responses"]]))


def save_adapter(peft) -> None:
    single = copy.deepcopy(peft).float()
    single.peft_config["default"].base_model_name_or_path = "tiny-smolvlm"
    single.save_pretrained(GOLDEN / "adapter")
    (GOLDEN / "adapter/README.md").unlink(missing_ok=True)


def embedded(checkpoint: Path, bundle: str | None) -> None:
    command = ["npx", "tsx", str(GOLDEN / "embeddedQuestions.ts"), *([bundle] if bundle else [])]
    questions = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    model, tokenizer = load_model(checkpoint), PreTrainedTokenizerFast.from_pretrained(checkpoint)
    rows = []
    for question in questions:
        image = Image.open(io.BytesIO(base64.b64decode(question["image"]))).convert("RGB")
        lossless = io.BytesIO()
        image.save(lossless, "WEBP", lossless=True)
        inputs = processor_inputs(checkpoint, question["prompt"], image)
        answer = greedy(model, inputs, 160, tokenizer)
        prompt_ids = inputs["input_ids"][0].tolist()
        rows.append({**question, "image": base64.b64encode(lossless.getvalue()).decode(), "prompt_ids": prompt_ids, **answer})
        print(f"{question['id']}: {answer['text']!r}")
    write("embedded.json", {"questions": rows})


def write(name: str, value: dict) -> None:
    path = GOLDEN / name
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n")
    print(f"{path.stat().st_size:>10,}  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--bundle", help="a zip of demonstrations; default: the one that the page ships")
    arguments = parser.parse_args()
    if arguments.checkpoint:
        embedded(arguments.checkpoint, arguments.bundle)
    else:
        tiny()
