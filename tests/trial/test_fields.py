"""Whatever is sent as the fields of a step, it is refused in a sentence, or holds no words of anybody."""

import json
import random

import pytest

from moot.errors import MootError
from moot.trial.court import STEPS
from tests.trial.hearings import consider, file, ready, to_stage
from tests.trial.test_expertise import reported
from tests.trial.test_weighing import voted

WORDS = "Words of somebody"
VALUES = (None, True, WORDS, 1.5, {}, [], [None], [WORDS], {"a": WORDS}, -1, 10**30, "1", [1, WORDS], [[1]],
          0, 1, [1], "claimants", "met", "E1", "P2")  # fmt: skip


def in_hearing(kind):
    case = ready()
    file(case, "claimants", "One")
    case.do("open", "president", 0)
    to_stage(case, kind)
    return case


def considered():
    case = in_hearing("vote")
    consider(case, case.now, 1, "E1")
    return case


@pytest.mark.parametrize("made", [ready, reported, voted, considered, lambda: in_hearing("questions"),
                                  lambda: in_hearing("reading")])  # fmt: skip
def test_no_field_breaks_a_step_or_keeps_words(made):
    case, chance, tried = made(), random.Random(5), 0
    case_roles = [role.role for role in case.procedure.roles]
    for kind, step in STEPS.items():
        texts = dict.fromkeys(step.texts, "Is it so?")
        for name in step.fields:
            for value in VALUES:
                for by in ("president", "president", chance.choice(case_roles)):
                    body = {one: chance.choice((1, 1, [1], "claimants", "met", "E1")) for one in step.fields}
                    body[name] = value
                    tried += 1
                    try:
                        case.checked(kind, by, case.now, texts, body)
                    except MootError:
                        continue
                    assert WORDS not in json.dumps(body), (kind, body)
    assert tried > 1000
