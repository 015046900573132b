"""What the scripts of tiny models for transformers.js have in common.

Each writes a model of random weights in the hub's layout to test/fixtures/tiny-NAME and what Python transformers answers
with it to test/golden/NAME.json:

answers       [{"prompt" with one "<image>", "image": base64 of a PNG, or null: grey of 127,
              "text" after the chat template, "prompt_ids": image tokens expanded,
              "ids": greedy, "logprobs": log p of each at temperature 1}]
"""

import base64
import io
import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
TOKENS = 24
TOLERANCE = 1e-4
PROMPTS = [
    "Front view: <image>\nFrom the image: which position does the robot have now?\n[[A]] 0.25\n[[B]] 0.31",
    "<image>Where does the gripper go next?",
    "Which movement follows?\n<image>",
]


def randomise(model, patches: str, std: float = 0.15) -> None:
    """Larger than the usual start, so that logits differ visibly and norms matter."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                weight.uniform_(0.5, 1.5)
            else:
                weight.normal_(0, 0.05 if patches in name else std)


def picture(shift: int, width: int = 112, height: int = 112) -> Image.Image:
    image = Image.new("RGB", (width, height), (196, 160, 120))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width - 1, 40), fill=(210, 220, 230))
    draw.ellipse((20 + shift, 60, 50 + shift, 90), fill=(200, 30, 40))
    return image


def grey(side: int) -> Image.Image:
    return Image.new("RGB", (side, side), (127,) * 3)


def chat_text(tokenizer, prompt: str, image_token: str | None = None) -> str:
    """@param image_token of a template for text alone."""
    before, after = prompt.split("<image>")
    content = [{"type": "text", "text": before}, {"type": "image"}, {"type": "text", "text": after}]
    message = {"role": "user", "content": f"{before}{image_token}{after}" if image_token else content}
    return tokenizer.apply_chat_template([message], tokenize=False, add_generation_prompt=True)


def causal_mask(attention_mask, added: int):
    """Added to the scores of the last positions; of what lies before them all is seen that is not masked."""
    total = attention_mask.shape[1]
    seen = torch.arange(total)[None] <= torch.arange(added)[:, None] + (total - added)
    allowed = seen[None, None] & attention_mask[:, None, None, :].bool()
    return torch.where(allowed, 0.0, torch.finfo(torch.float32).min)


def greedy(logits_of, suppressed: list[int], ends: set[int]) -> dict:
    """@param logits_of of the position behind the ids that it is given."""
    ids, logprobs = [], []
    with torch.no_grad():
        while len(ids) < TOKENS and not (ids and ids[-1] in ends):
            logits = logits_of(ids)
            allowed = logits.clone()
            allowed[suppressed] = -torch.inf
            ids.append(int(allowed.argmax()))
            logprobs.append(float(logits.log_softmax(-1)[ids[-1]]))
    return {"ids": ids, "logprobs": logprobs}


def png(image: Image.Image | None) -> str | None:
    if image is None:
        return None
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


class Fixture:
    def __init__(self, name: str, golden: str) -> None:
        self.folder, self.golden = ROOT / f"test/fixtures/tiny-{name}", ROOT / f"test/golden/{golden}.json"
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "onnx").mkdir(parents=True)

    def write(self, name: str, value) -> None:
        (self.folder / name).write_text(json.dumps(value, indent=1, default=str) + "\n")

    def save_tokenizer(self, tokenizer, template: str, own_file: bool = False) -> None:
        tokenizer.chat_template = template
        tokenizer.save_pretrained(self.folder, save_jinja_files=own_file)

    def export(self, part: str, module, inputs: dict, outputs: list[str], axes: dict | None = None) -> None:
        torch.onnx.export(
            module.eval(), tuple(inputs.values()), self.folder / f"onnx/{part}.onnx", dynamo=False, opset_version=17,
            do_constant_folding=True, input_names=list(inputs), output_names=outputs, dynamic_axes=axes,
        )

    def export_embeddings(self, embeddings, ids) -> None:
        axes = {name: {0: "batch_size", 1: "sequence_length"} for name in ("input_ids", "inputs_embeds")}
        self.export("embed_tokens", embeddings, {"input_ids": ids}, ["inputs_embeds"], axes)

    def export_decoder(self, module, width: int, past: dict, positions: tuple[int, ...] | None) -> None:
        """
        @param past keys and values, and states of a convolution, which do not grow, of 2 rows with 3 positions
        @param positions shape of position_ids for 2 rows of 5; None: the graph has no such input
        """
        inputs = {"inputs_embeds": torch.randn(2, 5, width), "attention_mask": torch.ones(2, 8, dtype=torch.int64)}
        if positions:
            inputs["position_ids"] = torch.arange(3, 8).expand(positions).contiguous()
        inputs |= past
        present = [name.replace("past_key_values", "present").replace("past_conv", "present_conv") for name in past]
        axes = {
            "inputs_embeds": {0: "batch_size", 1: "sequence_length"},
            "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
            "logits": {0: "batch_size", 1: "sequence_length"},
        }
        if positions:
            axes["position_ids"] = {len(positions) - 2: "batch_size", len(positions) - 1: "sequence_length"}
        for before, after in zip(past, present):
            grows = before.startswith("past_key_values")
            axes[before] = {0: "batch_size", **({2: "past_sequence_length"} if grows else {})}
            axes[after] = {0: "batch_size", **({2: "total_sequence_length"} if grows else {})}
        self.export("decoder_model_merged", module, inputs, ["logits", *present], axes)

    def verify_vision(self, feeds: dict, expected) -> None:
        session = ort.InferenceSession(str(self.folder / "onnx/vision_encoder.onnx"))
        features = session.run(None, {name: np.asarray(value) for name, value in feeds.items()})[0]
        off = float(np.abs(features - expected.detach().numpy()).max())
        print(f"vision_encoder is off by at most {off:.1e}")
        if off > TOLERANCE:
            raise ValueError("the exported vision tower is not that of transformers")

    def finish(self, answers: list[dict], tokenizer) -> None:
        self.golden.write_text(json.dumps({"answers": answers}) + "\n")
        for entry in answers:
            print(len(entry["prompt_ids"]), entry["ids"], repr(tokenizer.decode(entry["ids"])))
        for file in sorted(p for p in self.folder.rglob("*") if p.is_file()):
            print(f"{file.stat().st_size:>10,}  {file.relative_to(self.folder)}")
