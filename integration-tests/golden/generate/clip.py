"""Both towers of CLIP at random sizes, in the layout that the parity tests of `clip` read."""

import json
import shutil

import torch
from components import Folder, prompt
from safetensors.torch import save_file
from transformers import CLIPTokenizer


def make(number, rng, root):
    """Writes a case of each tower, and returns a line about them."""
    made = root / "clip" / "made"
    folder = Folder(made, rng)
    width, length = rng.choice([12, 20, 28]), rng.randint(5, 23)
    text = folder.text_tower(width, length, ends=())
    tokens = CLIPTokenizer.from_pretrained(str(made / "tokenizer"))(
        [prompt(rng) for _ in range(3)], "max_length", max_length=length, truncation=True
    )
    write(root, f"text-{number + 1}", made / "text_encoder", text, "input_ids", tokens.input_ids)
    vision = folder.vision_tower(width)
    side = vision.config.image_size
    pixels = torch.randn(2, 3, side, side, generator=folder.generator)
    write(root, f"vision-{number + 1}", made / "image_encoder", vision, "pixel_values", pixels)
    shutil.rmtree(made)
    return f"{root / 'clip'}: towers {number + 1}, {width} wide"


def write(root, name, made, tower, argument, value):
    path = root / "clip" / name
    path.mkdir()
    config = json.loads((made / "config.json").read_text())
    (path / "case.json").write_text(json.dumps({"config": config}, indent=1) + "\n")
    shutil.move(made / "model.safetensors", path)
    with torch.no_grad():
        outputs = tower(**{argument: value})
    tensors = {
        f"out.{name}": getattr(outputs, name)
        for name in ("text_embeds", "image_embeds", "last_hidden_state")
        if hasattr(outputs, name)
    }
    save_file(tensors | {f"in.{argument}": value}, path / "io.safetensors")
