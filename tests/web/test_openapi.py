"""The description of the API, and the API asked what its own description allows."""

import json
import warnings
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings

from moot.web.roles import WHO
from tests.web.browsers import Browser, served

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

EXAMPLES = 6
"""Requests of each operation: enough to meet every parameter with something odd, few enough to be quick."""
DEAR = {"/api/lab", "/api/experiments", "/api/lab/{lab}/case"}
"""Set a machine to work; what they refuse is tried in tests of their own."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with served(tmp_path_factory.mktemp("server"), room=True) as app:
        yield Browser(app)


@pytest.fixture(scope="module")
def described(browser):
    return browser.get("/api/openapi.json").json()


def test_every_route_is_described_with_words_and_examples(described):
    routes = {(method, path) for method, path in WHO if method != "WS" and path.startswith("/api/")}
    found = {
        (method.upper(), path) for path, operations in described["paths"].items() for method in operations
    }
    assert found == routes
    for path, operations in described["paths"].items():
        for method, one in operations.items():
            assert one["summary"] and one["description"], (method, path)
            if "requestBody" in one:
                schema = one["requestBody"]["content"]
                assert list(schema) == ["application/json"], (method, path)
                name = schema["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert described["components"]["schemas"][name]["examples"], name


def test_no_route_takes_a_file_or_a_record_about_a_person(described):
    """No upload in any form; fields are names, numbers, languages and declarations of schemes."""
    text = json.dumps(described)
    assert "multipart" not in text and '"binary"' not in text and "form-urlencoded" not in text
    fields = {
        name
        for schema in described["components"]["schemas"].values()
        for name in schema.get("properties", {})
    }
    assert not fields & {"file", "image", "photo", "email", "address", "birth", "surname", "first_name"}


def test_the_api_keeps_to_its_description(browser, described):
    """Odd requests of every kind: no fault of the server, and answers of the described form."""
    schema = schemathesis.openapi.from_dict(described)
    app = browser.app
    tried, statuses = 0, Counter()
    asked = {"scenario": "rank-my-life-2028", "people": 1000, "days": 7}
    lab = browser.post("/api/lab", json=asked).json()["lab"]
    there = {"lab": lab, "scenario": "rank-my-life-2028", "country": "france", "name": "scaffold",
             "number": "random"}  # fmt: skip
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in DEAR and operation.method.upper() == "POST":
            continue

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @schemathesis_given(operation)
        def ask(case):
            nonlocal tried
            tried += 1
            headers = {"origin": "http://testserver", "x-moot-csrf": browser.me["csrf"]}
            cookies = {"moot": browser.cookies["moot"]}
            if tried % 2:  # every other one asks for something that is there
                case.path_parameters = {
                    name: there.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
            case.headers = {}
            case.cookies = {}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = case.call(app=app, headers=headers, cookies=cookies, base_url="http://testserver")
                statuses[answer.status_code] += 1
                case.validate_response(
                    answer,
                    checks=[
                        not_a_server_error, content_type_conformance, status_code_conformance,
                        response_schema_conformance,
                    ],
                )  # fmt: skip

        ask()
    assert tried > 60 and statuses[200] > 20 and statuses[422] > 5 and not statuses[401], statuses


def schemathesis_given(operation):
    """A strategy of requests for an operation, as a decorator."""
    from hypothesis import given

    return given(case=operation.as_strategy())
