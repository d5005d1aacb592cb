"""Several processes, each with its part of every batch and a core of its own.

Two threads of one process were only a third faster than one: between the products they wait for each other. Two processes
meet only at the end of a step, where their gradients are averaged and the matrices of the optimiser are shared out (a step
takes 1.5 s instead of 1.9); then all go on with the same weights.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed, multiprocessing


@dataclass(frozen=True)
class Part:
    index: int = 0
    of: int = 1

    @property
    def first(self) -> bool:
        """The one that tells, measures and saves."""
        return self.index == 0

    def average_gradients(self, parameters: list[Tensor]) -> None:
        """A parameter that a batch did not use counts with a gradient of nothing."""
        if self.of == 1:
            return
        gradients = torch.cat([torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in parameters])
        distributed.all_reduce(gradients)
        gradients /= self.of
        for parameter, gradient in zip(parameters, gradients.split([p.numel() for p in parameters])):
            parameter.grad = gradient.view_as(parameter)

    def shared(self, items: Tensor, work: Callable[[Tensor], Tensor]) -> Tensor:
        """`work(items)`, which gives as much for each item of the first dimension, each process with its share of them."""
        if self.of == 1:
            return work(items)
        done = torch.zeros_like(items)
        if self.index < len(items):
            done[self.index :: self.of] = work(items[self.index :: self.of])
        distributed.all_reduce(done)
        return done

    def first_says(self, yes: bool) -> bool:
        """The same answer in all processes."""
        if self.of == 1:
            return yes
        said = torch.tensor([yes])
        distributed.broadcast(said, 0)
        return bool(said)


def _start(index: int, of: int, meeting_point: str, work: Callable[..., None], arguments: tuple) -> None:
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // of))
    distributed.init_process_group("gloo", init_method=f"file://{meeting_point}", rank=index, world_size=of)
    work(Part(index, of), *arguments)
    distributed.destroy_process_group()


def in_parts(work: Callable[..., None], count: int, *arguments: object) -> None:
    """`work(part, *arguments)` in so many processes; it ends when all have, and fails when one does."""
    if count == 1:
        work(Part(), *arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(_start, (count, str(Path(folder) / "processes"), work, arguments), nprocs=count)
