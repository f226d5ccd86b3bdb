"""A small recording in PetShop's form: shop calls cart and pay, which call store; cart goes bad."""

import json

import numpy as np

NODES = ["shop", "cart", "pay", "store_AWS::DynamoDB::Table"]
CALLS = {"shop": ["cart", "pay"], "cart": [NODES[3]], "pay": [NODES[3]]}
REQUESTS = {"shop": 500, "cart": 300, "pay": 100, NODES[3]: 800}
LATENCY = {"shop": 0.1, "cart": 0.04, "pay": 0.2, NODES[3]: 0.005}
BEGAN = 2_000_000
PERIOD = 300
NORMAL = 300


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows) + "\n", encoding="utf-8")


def columns():
    kinds = [("requests", "Sum"), ("latency", "Average"), ("availability", "Average")]
    return [(node, metric, statistic) for node in NODES for metric, statistic in kinds]


def sample(noise, slower, failing):
    """One period: `slower` seconds and `failing` per cent more in cart, and what shop feels of them."""
    cells = []
    for node in NODES:
        share = {"cart": 1.0, "shop": REQUESTS["cart"] / REQUESTS["shop"]}.get(node, 0.0)
        latency = LATENCY[node] * noise.uniform(0.95, 1.05) + share * slower
        cells += [round(REQUESTS[node] * noise.uniform(0.97, 1.03)), latency, 100 - share * failing]
    return cells


def metrics(path, noise, starts, **trouble):
    names = columns()
    head = [
        [title, *(one[index] for one in names)]
        for index, title in enumerate(["microservice", "metric", "statistic"])
    ]
    samples = [
        [start, *sample(noise, *(trouble["trouble"] if start >= BEGAN else (0, 0)))] for start in starts
    ]
    write(path, [*head, ["unix_timestamp", *("" for _ in names)], *samples])


def recording(folder):
    """Two issues, of latency and of availability, both of cart; and a normal time without trouble."""
    noise = np.random.default_rng(5)
    rows = [[node, *(float(to in CALLS.get(node, [])) for to in NODES)] for node in NODES]
    write(folder / "graph.csv", [["", *NODES], *rows])
    metrics(
        folder / "noissue" / "metrics.csv",
        noise,
        [100_000 + PERIOD * index for index in range(NORMAL)],
        trouble=(0, 0),
    )
    for number, (metric, trouble) in enumerate([("latency", (0.05, 0)), ("availability", (0, 2.0))]):
        issue = folder / "test" / f"issue_{number}"
        metrics(
            issue / "metrics.csv", noise, [BEGAN + PERIOD * step for step in range(-3, 3)], trouble=trouble
        )
        target = {
            "target": {"node": "shop", "metric": metric, "agg": "Average", "timestamp": BEGAN},
            "root_cause": {"node": "cart", "metric": None},
            "metadata": {"reproducibility": {"command": "aws ssm put-parameter --name delay"}},
        }
        (issue / "target.json").write_text(json.dumps(target), encoding="utf-8")
    return folder
