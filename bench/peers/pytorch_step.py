#!/usr/bin/env python3
"""Time of a training step of a workload in PyTorch, as one line of JSON.

    pytorch_step.py --workload A --device cpu --mode eager
    pytorch_step.py --workload A --device cuda --mode graph

eager: as written. compile: forward and backward by torch.compile (max-autotune), the optimizer apart. graph: the
compiled step with its optimizer, the choice of rows included, captured in one CUDA graph and replayed.
Adam is the fused one wherever there is one. Data, order of rows and losses stay on the device; batches are whole
ones. The first epoch is not timed: it warms up, and gives the ELBO.
"""

import inspect

import jobs

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    jobs.skip("there is no PyTorch here")


class Vae(nn.Module):
    def __init__(self, job: jobs.Job) -> None:
        super().__init__()
        activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[job.activation]
        self.encoder = self.layers([job.columns, *job.hidden], activation)
        self.head = nn.Linear(job.hidden[-1], 2 * job.latent)
        self.decoder = self.layers([job.latent, *reversed(job.hidden)], activation)
        self.output = nn.Linear(job.hidden[0], job.columns)

    @staticmethod
    def layers(widths: list[int], activation: type[nn.Module]) -> nn.Sequential:
        return nn.Sequential(*(layer for pair in zip(widths, widths[1:]) for layer in (nn.Linear(*pair), activation())))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """-ELBO, summed over the rows."""
        mean, log_var = self.head(self.encoder(x)).float().chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        logits = self.output(self.decoder(z))
        nll = F.binary_cross_entropy_with_logits(logits.float(), x, reduction="sum")
        return nll + 0.5 * (mean * mean + torch.expm1(log_var) - log_var).sum()


def adam(model: nn.Module, device: str, capturable: bool) -> torch.optim.Adam:
    """The fused one where there is one: on CPUs from PyTorch 2.4 on."""
    known = inspect.signature(torch.optim.Adam.__init__).parameters
    options = {"lr": jobs.LEARNING_RATE, "betas": jobs.BETAS, "eps": jobs.EPSILON}
    if capturable:
        options["capturable"] = True
    if "fused" in known:
        try:
            return torch.optim.Adam(list(model.parameters()), fused=True, **options)
        except RuntimeError:
            if device == "cuda":
                raise
    return torch.optim.Adam(list(model.parameters()), **options)


class Step:
    """One seeded model with its data; calling it makes a step on the next rows of the order."""

    def __init__(self, args) -> None:
        torch.manual_seed(0)
        self.job, self.device, self.bf16 = jobs.JOBS[args.workload], args.device, args.precision == "bf16"
        stored = torch.from_numpy(jobs.pixels(args.workload, args.data))
        # Bytes where numbers would take gigabytes; else numbers, which are faster.
        self.data = stored.to(self.device) if args.workload == "C" else (stored.float() / 255).to(self.device)
        self.model = Vae(self.job).to(self.device)
        self.optimizer = adam(self.model, self.device, capturable=args.mode == "graph")
        self.steps = len(self.data) // self.job.batch
        self.order = torch.empty(self.steps * self.job.batch, dtype=torch.int64, device=self.device)
        self.places = torch.arange(self.job.batch, device=self.device)
        self.first = torch.zeros((), dtype=torch.int64, device=self.device)
        self.total = torch.zeros((), dtype=torch.float32, device=self.device)
        tuned = {"compile": "max-autotune", "graph": "max-autotune-no-cudagraphs"}
        self.loss = self.model if args.mode == "eager" else torch.compile(self.model, mode=tuned[args.mode])
        self.replay = None
        if args.mode == "graph":
            self.shuffle()
            self.capture()

    def shuffle(self) -> None:
        self.order.copy_(torch.randperm(len(self.data), device=self.device)[:len(self.order)])
        self.first.zero_()

    def __call__(self) -> None:
        x = self.data.index_select(0, self.order.index_select(0, self.first + self.places))
        x = x.float() / 255 if x.dtype == torch.uint8 else x
        self.optimizer.zero_grad(set_to_none=self.replay is None)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bf16):
            loss = self.loss(x)
        (loss / self.job.batch).backward()
        self.optimizer.step()
        self.total += loss.detach()
        self.first += self.job.batch

    def capture(self) -> None:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                self()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self()
        self.replay = graph.replay

    def epoch(self) -> int:
        self.shuffle()
        for _ in range(self.steps):
            self.replay() if self.replay else self()
        if self.device == "cuda":
            torch.cuda.synchronize()
        return self.steps

    def one(self) -> int:
        if int(self.first) + self.job.batch > len(self.order):
            self.shuffle()
        self()
        return 1


def main() -> None:
    args = jobs.arguments(__doc__, ["eager", "compile", "graph"])
    if args.device == "cuda" and not torch.cuda.is_available():
        jobs.skip("PyTorch sees no GPU")
    if args.mode != "eager" and not hasattr(torch, "compile"):
        jobs.skip(f"PyTorch {torch.__version__} does not compile")
    if args.mode == "graph" and args.device == "cpu":
        jobs.skip("a CPU has no CUDA graphs")
    torch.set_num_threads(args.threads)
    if args.device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.precision == "tf32"
    step = Step(args)
    step.total.zero_()
    rows = step.job.batch * step.epoch()
    elbo = -float(step.total) / rows
    samples, faults = jobs.sample(step.one if args.device == "cpu" else step.epoch, args.seconds)
    jobs.report(args, f"PyTorch {str(torch.__version__).split('+')[0]}", elbo, samples, faults)


if __name__ == "__main__":
    main()
