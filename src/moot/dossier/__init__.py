"""A dossier: what an experiment found of a scheme, in the order in which an assessor asks.

Under the six headings of article 27 of the AI Act with HUDERIA's columns, then results, metrics, causes,
alternatives, what would flip them, and the line that rebuilds each number. It approves of nothing.

====================  ====================================================================================
file                  what is in it
====================  ====================================================================================
``evidence.py``       the experiment's folder, checked
``assessment.py``     `assessment.yaml`: what only people know
``harms.py``          harms that a run can count (``data/harms.yaml``)
``wording.py``        words and numbers in the dossier's language
``tables.py``         effects as tables and drawings
``declared.py``       what the scheme's file declares
``beside.py``         metrics, causes and what other commands wrote
``chapters.py``       the first page and the chapters
``making.py``         `dossier`: HTML, PDF, DOCX, JSON
====================  ====================================================================================
"""

from __future__ import annotations

from moot.dossier.assessment import Assessment, load_assessment
from moot.dossier.making import FORMATS, dossier

__all__ = ["FORMATS", "Assessment", "dossier", "load_assessment"]
