"""Stage 1: the vision tower and connector by plain regression of gripper, object and next waypoint positions.

Each image token predicts all nine coordinates and the mean over tokens is the answer, so that positions can be
read off any of them."""

import time

import torch

from data import normalise
from muon import Muon


def look(model, pixels):
    """pixels [B, 3, H, W], normalised -> image features [B, tokens, hidden] as the decoder gets them."""
    side = model.config.vision_config.image_size // model.config.vision_config.patch_size
    mask = torch.ones(len(pixels), side, side, dtype=torch.bool)
    seen = model.model.vision_model(pixel_values=pixels, patch_attention_mask=mask).last_hidden_state
    return model.model.connector(seen)


def train_vision(model, recordings, train_rows, held_rows, minutes, log, batch=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    mean, std = recordings.places[train_rows].mean(0), recordings.places[train_rows].std(0)
    head = torch.nn.Linear(model.config.text_config.hidden_size, 9)
    parameters = [*model.model.vision_model.parameters(), *model.model.connector.parameters(), *head.parameters()]
    matrices = [p for p in model.model.vision_model.encoder.parameters() if p.ndim == 2]
    rest = [p for p in parameters if not any(p is m for m in matrices)]
    optimizers = [Muon(matrices, lr=lr), torch.optim.AdamW(rest, lr=lr / 2, weight_decay=0.01)]
    rates = [(group, group["lr"]) for o in optimizers for group in o.param_groups]
    start, step = time.time(), 0
    while (spent := time.time() - start) < minutes * 60:
        share = spent / (minutes * 60)
        for group, rate in rates:
            group["lr"] = rate * min(1, (step + 1) / 50) * min(1, 2 * (1 - share) + 0.02)
        rows = train_rows[torch.randint(len(train_rows), (batch,))]
        pixels = normalise(recordings.pictures[rows])
        pixels = pixels * (1 + 0.1 * torch.randn(batch, 1, 1, 1)) + 0.1 * torch.randn(batch, 3, 1, 1)
        guess = head(look(model, pixels)).mean(1)
        loss = torch.nn.functional.smooth_l1_loss(guess, (recordings.places[rows] - mean) / std, beta=0.1)
        for p in parameters:
            p.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        if step % 100 == 0:
            log(stage="vision", step=step, minutes=spent / 60, loss=loss.item(),
                **vision_errors(model, head, recordings, held_rows[:512], mean, std))
    return vision_errors(model, head, recordings, held_rows, mean, std)


@torch.no_grad()
def vision_errors(model, head, recordings, rows, mean, std):
    """Median distances in cm."""
    guess = torch.cat([head(look(model, normalise(recordings.pictures[part]))).mean(1) for part in rows.split(128)])
    off = (guess * std + mean - recordings.places[rows]).reshape(-1, 3, 3).norm(dim=-1).median(0).values * 100
    return {f"{name}_cm": round(v, 2) for name, v in zip(("gripper", "object", "waypoint"), off.tolist())}


@torch.no_grad()
def features(model, recordings):
    """Image features of every stored frame, [F, tokens, hidden]: the tower is frozen from here on."""
    model.eval()
    return torch.cat([look(model, normalise(part)) for part in recordings.pictures.split(128)])


@torch.no_grad()
def blind_features(model):
    """[1, tokens, hidden] of an all-grey picture, the blind control of src/evaluation."""
    size = model.config.vision_config.image_size
    return look(model, torch.zeros(1, 3, size, size))
