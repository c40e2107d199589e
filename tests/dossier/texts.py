"""Texts of a small experiment, of an assessment, and of files that other commands write."""

from tests.experiment.texts import EXPERIMENT

SMALL = (
    EXPERIMENT.replace("replicates: 3", "replicates: 10")
    .replace("days: 6", "days: 3")
    .partition("  later:")[0]
    .replace("A small experiment", "A *small* experiment & <more>")
)
TOLD = (
    SMALL + "primary: ['act:*:charged-by-regime']\n"
    "measures: ['act:critical-post:acts', 'act:*:acts', 'act:strike:acts']\n"
    "groups: [sex]\ndraws: {count: 2, over: [regime.sensors], replicates: 1}\n"
    "metrics: [M_CTX, M_DATA]\ntwins: true\nattribute: {replicates: 2, days: 2}\n"
)
ASSESSMENT = """\
assessment: mine
date: 2026-11-24
provider: "Rank my Life SA, <b>invented</b> #set text(red)"
aim: fewer offences *on the road*
data_categories: [images of passers-by, telephone positions]
second_reader: {who: a second student, said: The basis is not convincing.}
parameters: [{parameter: regime.sensors.phone-app.coverage, chosen_by: the claimant, why: a survey}]
harms:
  - {harm: wrong-charges, scale: high, severity: grave, reason: it is not undone in time}
"""
INTERVAL = {"mean": 12.0, "low": 8.0, "high": 16.0, "level": 0.95}
SHEET = {
    "scenarios": [
        {
            "title": "The year",
            "conclusions": [
                {
                    "name": "more-charges",
                    "measure": "act:*:charged-by-regime",
                    "arm": "scheme",
                    "beside": "status-quo",
                    "goes": "up",
                    "margin": 0.0,
                    "declared": {"holds": 10, "of": 10},
                    "draws": {"held": 31, "of": 40, "low": -2.0, "high": 410.0},
                    "alone": [
                        {
                            "name": "regime.sensors.phone-app.coverage",
                            "start": 0.8,
                            "end": 0.25,
                            "steady": 0.3,
                            "share": 0.55,
                            "difference": -1.5,
                        }
                    ],
                    "variance": [
                        {"name": "regime.sensors.phone-app.coverage", "first": INTERVAL, "total": INTERVAL}
                    ],
                },
                {
                    "name": "fewer-posts",
                    "measure": "act:critical-post:acts",
                    "arm": "scheme",
                    "beside": "status-quo",
                    "goes": "down",
                    "margin": 1.0,
                    "declared": {"holds": 9, "of": 10},
                    "draws": {"held": 40, "of": 40, "low": -60.0, "high": -5.0},
                    "alone": [],
                    "variance": None,
                },
            ],
        }
    ]
}
FRONTIER = {
    "scenarios": [
        {
            "title": "The year",
            "why_no_frontier": "",
            "aim": {"asked": "offences"},
            "burdens": [{"name": "refusals", "words": "refusals"}],
            "least": "r5",
            "schemes": [
                {
                    "arm": "r5",
                    "kind": "alternative",
                    "title": "Shorter memory",
                    "fresh": {"fall": INTERVAL, "reaches": True},
                    "reaches_in_draws": {"held": 31, "draws": 40},
                    "burdens": [
                        {
                            "name": "refusals",
                            "excess_of_regime": INTERVAL,
                            "ratio": 0.5,
                            "holds": {"held": 39, "draws": 40},
                        }
                    ],
                }
            ],
            "do_not_apply": [{"id": "R7", "title": "Opt-in", "why": "nobody can refuse"}],
        }
    ]
}
