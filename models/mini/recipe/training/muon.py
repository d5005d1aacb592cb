"""Muon (https://kellerjordan.github.io/posts/muon): momentum, orthogonalised by five Newton-Schulz steps.

It needs several times fewer steps here than AdamW alone. A convolution counts as the matrix that it is for each patch.
Matrices of one shape are orthogonalised together: one by one, the small products of a small model would cost more than
they compute.
"""

from collections import defaultdict

import torch
from torch import Tensor

from .processes import Part


def orthogonal(matrices: Tensor) -> Tensor:
    """(N, rows, columns): the nearest matrices with orthogonal rows or columns, roughly."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return (x.mT if tall else x).to(matrices.dtype)


class Muon(torch.optim.Optimizer):
    def __init__(self, params, part: Part, lr: float = 0.02, momentum: float = 0.95, weight_decay: float = 0.01):
        """`part`: each process orthogonalises its share of the matrices."""
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.part = part

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            by_shape = defaultdict(list)
            for param in group["params"]:
                if param.grad is not None:
                    by_shape[len(param), param[0].numel()].append(param)
            for (rows, columns), params in by_shape.items():
                momenta = torch.stack([self._momentum(param, group["momentum"]).flatten(1) for param in params])
                updates = self.part.shared(momenta, orthogonal)
                rate = group["lr"] * max(1, rows / columns) ** 0.5
                for param, update in zip(params, updates):
                    param.mul_(1 - group["lr"] * group["weight_decay"]).add_(update.view_as(param), alpha=-rate)

    def _momentum(self, param: Tensor, momentum: float) -> Tensor:
        state = self.state[param]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(param)
        state["momentum"].lerp_(param.grad, 1 - momentum)
        return param.grad.lerp(state["momentum"], momentum)
