"""How long each stage takes and how much is drawn for a step: for two CPU cores, and for a GPU."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    longest_edge: int
    """Of the pictures, in pixels."""
    see_steps: int
    """Stage 1: the encoder alone learns what lies under each patch."""
    see_pictures: int
    answer_steps: int
    """Stage 2: the whole model on conversations, the encoder's hints kept on."""
    conversations: int
    more_pictures: int
    """Shown to the encoder alone in each step of stage 2: they cost a sixth of a conversation."""
    decay_steps: int
    """At the end of stage 2 the learning rates fall to nothing in so many steps."""
    more_steps: int
    """A trained model without its checkpoint (`--from`) goes through so many of the last steps of stage 2."""
    late_answer_weight: float = 10.0
    """Of the answers' loss, once the rates fall: by then it is so small that hints make nine tenths of the decoder's gradient."""
    averaged_steps: int = 1000
    """The finished model is the mean of the weights of about so many last steps (fading out exponentially)."""
    answer_share: float = 0.35
    """Of the rates, in stage 2: at those of stage 1 the answers drown in noise (a loss of 0.50 became 0.40 in 100 steps)."""
    encoder_share: float = 0.8
    """Of those rates again, for the encoder's matrices: it sees well by then, and what it sees should hold still."""
    most_turns: int = 9
    most_tokens: int = 288
    processes: int = 1
    """That share each step (training/processes.py)."""
    drawing_workers: int = 1
    """Of each process."""
    seed: int = 1
    adamw_rate: float = 4e-3
    muon_rate: float = 0.03
    warmup_steps: int = 60
    patch_hints_weight: float = 0.5
    place_hints_weight: float = 0.2
    mention_hints_weight: float = 0.2
    word_hints_weight: float = 0.3


PLANS = {
    # On two cores: some three hours of stage 1, sixty of stage 2. The built-in model of today had 35,925 steps of it.
    "cpu": Plan(
        longest_edge=192,
        see_steps=5000,
        see_pictures=128,
        answer_steps=42300,
        conversations=48,
        more_pictures=64,
        decay_steps=6500,
        more_steps=2200,
        processes=2,
        most_tokens=544,
    ),
    # Under an hour on one H100; the drawing takes the cores.
    "cuda": Plan(
        longest_edge=256,
        see_steps=6000,
        see_pictures=512,
        answer_steps=30000,
        conversations=128,
        more_pictures=128,
        decay_steps=8000,
        more_steps=8000,
        most_tokens=640,
        drawing_workers=14,
    ),
}
