"""Runs each network of a folder: CASE.pt on CASE.0.bin, CASE.1.bin, ... to CASE.out; shapes are in cases.txt."""

import pathlib
import sys

import torch

torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])
for line in (folder / "cases.txt").read_text().splitlines():
    case, *inputs = line.split(" ")
    network = torch.jit.load(folder / f"{case}.pt")
    tensors = []
    for i, spec in enumerate(inputs):
        kind, *shape = spec.split(",")
        dtype = torch.int32 if kind == "ints" else torch.float32
        values = torch.frombuffer(bytearray((folder / f"{case}.{i}.bin").read_bytes()), dtype=dtype)
        tensor = values.reshape([int(size) for size in shape])
        tensors.append(tensor.long() if kind == "ints" else tensor)
    with torch.no_grad():
        (output,) = network(*tensors)
    (folder / f"{case}.out").write_bytes(output.contiguous().numpy().tobytes())
