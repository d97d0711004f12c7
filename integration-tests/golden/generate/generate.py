"""Makes a root of golden values: random small pipelines of each family, drawn by diffusers.

    python3 golden/generate/generate.py --seed 7 --out target/golden-7 --diffusers ../diffusers

Needs PyTorch, NumPy and Pillow (Debian's python3-torch, python3-numpy, python3-pil) and a source tree
of diffusers.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent



def use(tree):
    """Finds diffusers in its tree; packages that are not installed have stand-ins."""
    source = tree / "src" if (tree / "src").is_dir() else tree
    if not (source / "diffusers").is_dir():
        raise SystemExit(f"diffusers: {tree} (expected: a source tree of diffusers)")
    sys.path.insert(0, str(source))
    sys.path.append(str(HERE / "standins"))  # last, so that installed packages win


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the new root")
    parser.add_argument("--diffusers", type=pathlib.Path, required=True, help="a source tree")
    names = "ddpm,dit,unclip,kandinsky,clip"
    parser.add_argument("--families", default=names, help=f"such as ddpm:3,dit; default {names}")
    parser.add_argument("--cases", type=int, default=2, help="of a family, by default 2")
    options = parser.parse_args()
    if options.out.exists():
        parser.error(f"out: {options.out} exists (expected: a new folder)")
    use(options.diffusers)
    import cases

    for family in options.families.split(","):
        name, _, count = family.partition(":")
        for number in range(int(count or options.cases)):
            print(cases.make(name, number, options.seed, options.out), flush=True)


if __name__ == "__main__":
    main()
