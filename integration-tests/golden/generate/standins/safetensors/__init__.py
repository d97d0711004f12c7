"""Reads and writes safetensors files, for the types that occur here."""

from .torch import load_file

__version__ = "0.4.5"


class SafetensorError(Exception):
    pass


class safe_open:
    def __init__(self, path, framework="pt", device="cpu"):
        self.tensors = load_file(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def keys(self):
        return list(self.tensors)

    def get_tensor(self, name):
        return self.tensors[name]

    def metadata(self):
        return {"format": "pt"}
