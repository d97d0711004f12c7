import json
import struct

import torch

TYPES = {
    "BF16": torch.bfloat16,
    "F16": torch.float16,
    "F32": torch.float32,
    "F64": torch.float64,
    "I64": torch.int64,
}


def load(data):
    (size,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            flat = torch.frombuffer(bytearray(data[start:end]), dtype=TYPES[entry["dtype"]])
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


def load_file(path, device="cpu"):
    with open(path, "rb") as file:
        return load(file.read())


def save_file(tensors, path, metadata=None):
    names = {dtype: name for name, dtype in TYPES.items()}
    header, parts, at = ({"__metadata__": metadata} if metadata else {}), [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous()
        raw = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
        shape = list(tensor.shape)
        offsets = [at, at + len(raw)]
        header[name] = {"dtype": names[tensor.dtype], "shape": shape, "data_offsets": offsets}
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
