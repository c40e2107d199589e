"""The other pages in a browser: the builder, experiments, and what answers whether this is real."""

import pytest

from tests.web.chromium import chromium, needs_chromium, server, violations

pytestmark = needs_chromium
