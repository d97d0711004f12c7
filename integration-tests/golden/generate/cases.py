"""Draws random pipelines until one says something, and writes it as a case."""

import json
import random
import shutil

import clip
import diffusers
import lora
import numpy as np
import torch
from families import FAMILIES
from noise import Noise, fresh, last_bits_changed
from safetensors.torch import save_file

CONDITION = 1e-6
"""How far a picture may move by the last bits of the noise; one that moves further pins nothing.

An engine rounds in each layer, so its pictures are off by up to a hundred times that.
"""

TRIES = 60

diffusers.utils.logging.set_verbosity_error()
torch.set_num_threads(1)


def make(family, number, seed, root):
    """Writes the case of this number, and returns a line about it."""
    if family == "clip":
        return clip.make(number, random.Random(f"{seed} {family} {number}"), root)
    folder = root / "pipelines" / f"{family}-{number + 1}"
    reasons = []
    for attempt in range(TRIES):
        rng = random.Random(f"{seed} {family} {number} {attempt}")
        case = FAMILIES[family](rng, folder)
        if case.networks and rng.random() < 0.5:
            prefix = rng.choice(list(case.networks))
            case.description["lora"] = lora.add(rng, folder, prefix, case.networks[prefix])
        problem = draw(case, folder, rng)
        if problem is None:
            return f"{folder}: {json.dumps(case.description)}, after {reasons}"
        reasons.append(problem)
        shutil.rmtree(folder)
    raise SystemExit(f"{family}: {reasons} (expected: a case in {TRIES} attempts)")


def draw(case, folder, rng):
    """Draws twice and writes the case; or returns why it is none."""
    generator = torch.Generator().manual_seed(rng.getrandbits(60))
    noise = Noise(fresh(generator), case.schedulers)
    with noise.watching():
        image = case.call()
    if not np.isfinite(image).all():
        return "not finite"
    if ((image <= 0) | (image >= 1)).mean() > 0.8 or image.std() < 0.02:
        return "nothing to see"
    changed = Noise(last_bits_changed(noise.recorded, generator), case.schedulers)
    with changed.watching():
        moved = float(np.abs(case.call() - image).max())
    if not moved <= CONDITION:
        return f"moves by {moved:.1e}"
    case.description["condition"] = moved
    case.description["diffusers"] = diffusers.__version__
    index = folder / case.description.get("model", "model") / "model_index.json"
    case.description["pipeline"] = json.loads(index.read_text())["_class_name"]
    rgb = np.broadcast_to(image, (*image.shape[:3], 3)).copy()
    save_file(noise.recorded, folder / "noise.safetensors")
    save_file({"out.image": torch.from_numpy(rgb)}, folder / "io.safetensors")
    text = json.dumps(case.description, indent=1, sort_keys=True)
    (folder / "case.json").write_text(text + "\n")
    return None
