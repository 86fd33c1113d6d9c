#!/usr/bin/env python3
"""Time of a training step of a workload in JAX, as one line of JSON: a whole epoch is one compiled scan over its
batches, with Adam inside and no Python between steps. The first epoch is not timed: it warms up, and gives the ELBO.

    jax_step.py --workload A --device cuda
"""

import os

import jobs

args = jobs.arguments(__doc__, ["scan"])
os.environ.setdefault("JAX_PLATFORMS", args.device)
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
try:
    import jax
    import jax.numpy as jnp
    from jax import lax, random
except ImportError:
    jobs.skip("there is no JAX here")


def linear(key, fan_in: int, fan_out: int) -> dict:
    """PyTorch's initialisation."""
    weight, bias = random.split(key)
    bound = fan_in ** -0.5
    return {"w": random.uniform(weight, (fan_in, fan_out), minval=-bound, maxval=bound),
            "b": random.uniform(bias, (fan_out,), minval=-bound, maxval=bound)}


def layers(key, widths: list[int]) -> list[dict]:
    keys = random.split(key, len(widths) - 1)
    return [linear(k, *pair) for k, pair in zip(keys, zip(widths, widths[1:]))]


def loss_of(job: jobs.Job, precision: str):
    activation = {"relu": jax.nn.relu, "tanh": jnp.tanh}[job.activation]
    kind = jnp.bfloat16 if precision == "bf16" else jnp.float32

    def apply(layer, x):
        product = jnp.dot(x.astype(kind), layer["w"].astype(kind), preferred_element_type=jnp.float32)
        return product + layer["b"]

    def loss(parameters, x, key):
        """-ELBO, mean over the rows."""
        h = x
        for layer in parameters["encoder"]:
            h = activation(apply(layer, h))
        mean, log_var = jnp.split(apply(parameters["head"], h), 2, axis=1)
        h = mean + jnp.exp(0.5 * log_var) * random.normal(key, mean.shape)
        for layer in parameters["decoder"]:
            h = activation(apply(layer, h))
        logits = apply(parameters["output"], h)
        nll = (jax.nn.softplus(logits) - x * logits).sum()
        kl = 0.5 * (mean * mean + jnp.expm1(log_var) - log_var).sum()
        return (nll + kl) / job.batch

    return loss


def epoch_of(job: jobs.Job, data, precision: str):
    loss, (beta1, beta2) = loss_of(job, precision), jobs.BETAS
    steps = len(data) // job.batch

    def step(state, index):
        parameters, first, second, count, key = state
        key, noise = random.split(key)
        x = data[index].astype(jnp.float32) / 255
        value, gradients = jax.value_and_grad(loss)(parameters, x, noise)
        count += 1
        every = jax.tree_util.tree_map
        first = every(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
        second = every(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradients)
        rate, scale = jobs.LEARNING_RATE / (1 - beta1 ** count), 1 / (1 - beta2 ** count)
        parameters = every(lambda p, m, v: p - rate * m / (jnp.sqrt(v * scale) + jobs.EPSILON),
                           parameters, first, second)
        return (parameters, first, second, count, key), value

    def epoch(state):
        *rest, key = state
        key, order = random.split(key)
        rows = random.permutation(order, len(data))[:steps * job.batch].reshape(steps, job.batch)
        state, losses = lax.scan(step, (*rest, key), rows)
        return state, losses.mean()

    return jax.jit(epoch, donate_argnums=0), steps


def main() -> None:
    job = jobs.JOBS[args.workload]
    if jax.default_backend() != ("gpu" if args.device == "cuda" else "cpu"):
        jobs.skip(f"JAX computes on {jax.default_backend()} here, not on {args.device}")
    jax.config.update("jax_default_matmul_precision", "highest" if args.precision == "fp32" else "default")
    data = jnp.asarray(jobs.pixels(args.workload, args.data))
    keys = random.split(random.PRNGKey(0), 5)
    parameters = {"encoder": layers(keys[0], [job.columns, *job.hidden]),
                  "head": linear(keys[1], job.hidden[-1], 2 * job.latent),
                  "decoder": layers(keys[2], [job.latent, *reversed(job.hidden)]),
                  "output": linear(keys[3], job.hidden[0], job.columns)}
    zeros = jax.tree_util.tree_map(jnp.zeros_like, parameters)
    epoch, steps = epoch_of(job, data, args.precision)
    state = (parameters, zeros, jax.tree_util.tree_map(jnp.copy, zeros), jnp.zeros((), jnp.float32), keys[4])
    state, loss = epoch(state)
    elbo = -float(loss)

    def run() -> int:
        nonlocal state
        state, last = epoch(state)
        last.block_until_ready()
        return steps

    samples, faults = jobs.sample(run, args.seconds)
    jobs.report(args, f"JAX {jax.__version__}", elbo, samples, faults)


if __name__ == "__main__":
    main()
