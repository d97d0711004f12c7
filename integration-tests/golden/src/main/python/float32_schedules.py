"""Tables of schedules as PyTorch makes them in float32, with the operations and in the order that
diffusers has them (schedulers/scheduling_ddpm.py). Writes schedules/float32/io.safetensors.

    python3 integration-tests/golden/src/main/python/float32_schedules.py integration-tests/golden/fixtures/schedules/float32

Needs PyTorch (Debian's python3-torch); made with 2.6.0 on the CPU. The tests only read the result.
"""

import json
import math
import pathlib
import struct
import sys

import torch

STEPS = 1000


def linear(first, last):
    return torch.linspace(first, last, STEPS, dtype=torch.float32)


def scaled_linear(first, last):
    return torch.linspace(first**0.5, last**0.5, STEPS, dtype=torch.float32) ** 2


def squaredcos():
    def signal(u):
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    ratios = [signal((t + 1) / STEPS) / signal(t / STEPS) for t in range(STEPS)]
    return torch.tensor([min(1 - r, 0.999) for r in ratios], dtype=torch.float32)


def sigmoid(first, last):
    return torch.sigmoid(torch.linspace(-6, 6, STEPS)) * (last - first) + first


def alpha_bars(betas):
    return torch.cumprod(1.0 - betas, dim=0)


def zero_terminal_snr(betas):
    roots = alpha_bars(betas).sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    roots -= last
    roots *= first / (first - last)
    squares = roots**2
    return 1 - torch.cat([squares[0:1], squares[1:] / squares[:-1]])


def main(folder):
    betas = {
        "linear": linear(0.0001, 0.02),
        "scaled_linear": scaled_linear(0.00085, 0.012),
        "squaredcos_cap_v2": squaredcos(),
        "sigmoid": sigmoid(0.0001, 0.02),
        "scaled_linear.zero_terminal_snr": zero_terminal_snr(scaled_linear(0.00085, 0.012)),
    }
    header, data = {}, b""
    for name, table in betas.items():
        for kind, values in (("betas", table), ("alphas_cumprod", alpha_bars(table))):
            raw = struct.pack(f"<{STEPS}f", *values.tolist())
            offsets = [len(data), len(data) + len(raw)]
            header[f"{name}.{kind}"] = {"dtype": "F32", "shape": [STEPS], "data_offsets": offsets}
            data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "io.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    (folder / "case.json").write_text(json.dumps({"dtype": "float32", "steps": STEPS}) + "\n")


main(pathlib.Path(sys.argv[1]))
