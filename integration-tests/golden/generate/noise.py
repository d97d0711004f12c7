"""The random draws of a pipeline: recorded under the names of our stages, or given back."""

import contextlib
import functools

import torch


class Noise:
    """Stands in for `torch.randn` while a pipeline draws.

    A draw within a scheduler's step belongs to that step; any other is the beginning of the next
    stage.
    """

    def __init__(self, draw, schedulers):
        self.draw = draw
        self.schedulers = schedulers
        self.recorded = {}
        self.beginnings = iter(schedulers)
        self.step = None

    def randn(self, *shape, **_):
        shape = shape[0] if len(shape) == 1 else shape
        name = f"{next(self.beginnings)}.init" if self.step is None else self.step
        self.recorded[name] = self.draw(name, shape)
        return self.recorded[name].clone()

    def counted(self, stage, step):
        count = 0

        @functools.wraps(step)
        def counting(*arguments, **named):
            nonlocal count
            self.step, count = f"{stage}.step{count}", count + 1
            try:
                return step(*arguments, **named)
            finally:
                self.step = None

        return counting

    @contextlib.contextmanager
    def watching(self):
        usual = torch.randn
        torch.randn = self.randn
        for stage, scheduler in self.schedulers.items():
            scheduler.step = self.counted(stage, type(scheduler).step.__get__(scheduler))
        try:
            yield
        finally:
            torch.randn = usual
            for scheduler in self.schedulers.values():
                del scheduler.step


def fresh(generator):
    """Standard normal noise."""
    randn = torch.randn
    return lambda name, shape: randn(*shape, generator=generator)


def last_bits_changed(recorded, generator):
    """The recorded noise, each number moved to a neighbour among the float32 numbers."""

    def draw(name, shape):
        values = recorded[name]
        up = torch.rand(values.shape, generator=generator) < 0.5
        return torch.nextafter(values, torch.where(up, torch.inf, -torch.inf))

    return draw
