"""The judgment in every format and both languages, the bundle, the kit; each read by a reader of its own."""

import hashlib
import io
import json
import re
from pathlib import Path

import docx
import pypdf
import pytest
from lxml import etree, html

from moot.catalogue import catalogue
from moot.cli.main import main
from moot.documents import as_lines, written
from moot.errors import CaseError, UserError
from moot.store.cases import CaseStore
from moot.trial import ready as module
from moot.trial.akoma import NAMESPACE, as_akoma_ntoso
from moot.trial.bundle import bundle_document
from moot.trial.case import CONTENT
from moot.trial.document import JUDGMENT, judgment_document
from moot.trial.exhibits import Exhibit
from moot.trial.exports import identifier
from moot.trial.keeping import kept_case
from moot.trial.kit import kit_document, teams
from moot.trial.procedure import load_procedure, procedure_names
from moot.trial.ready import load_ready, ready_case, shipped_exhibits
from moot.trial.rehearsing import rehearsal_of
from moot.trial.retrying import compared, judgment_data, retry_of, tried_again
from tests.trial.hearings import fresh, load, play_stage, played_to_judgment, to_stage
from tests.trial.hearings import ready as seated

SCHEMA = Path(__file__).resolve().parents[1] / "reference" / "akomantoso" / "akomantoso30.xsd"
LANGUAGES = ("en", "fr")
QUESTION_2028 = {"en": "Is the very principle of social ranking", "fr": "Le principe même du ranking social"}


def pages(document):
    reader = pypdf.PdfReader(io.BytesIO(written(document, "pdf")))
    return reader, [" ".join(page.extract_text().split()) for page in reader.pages]


def squeezed(words):
    return re.sub(r"[\s\u200b\u00ad]+", "", words)


@pytest.fixture(scope="module")
def heard():
    """The ready case, played to a judgment: one element voted, a remedy ordered, an opinion written."""
    return played_to_judgment("Both sides were heard.", "So decided.")


@pytest.fixture(scope="module")
def ready():
    return ready_case("rank-my-life-2028", "ready")


# --- the ready case -----------------------------------------------------------------------------------------


def test_f04_the_ready_case_has_ten_facts_with_their_sources_and_two_open_claimants(ready):
    assert ready.claimants == ["Claimant 1", "Claimant 2"]
    assert ready.respondent["name"] == "rank-my-life-2028" and ready.day.isoformat() == "2028-12-04"
    origins = [ready.text(one.record, "origin") for one in ready.facts]
    for number in range(1, 11):
        assert any(origin.startswith(f"F{number};") for origin in origins)
    assert all(origins) and {one.status for one in ready.facts} == {"admitted", "disputed"}
    assert [one.status for one in ready.exhibits] == ["admitted"] * 6
    assert {one.side for one in ready.exhibits} == {"claimants", "respondent"}


def test_f04_its_exhibits_have_their_hashes_and_a_changed_file_is_refused(tmp_path, monkeypatch):
    ready, exhibits = load_ready("rank-my-life-2028"), shipped_exhibits("rank-my-life-2028")
    assert [one.content["measure"] for one in exhibits] == [one.measure for one in ready.exhibits]
    assert all(one.content["effect"]["span"] and len(one.content["runs"]) == 16 for one in exhibits)
    folder = tmp_path / "rank-my-life-2028"
    folder.mkdir()
    for name in ("about.json", "exhibits.json", "case.yaml"):
        text = (module.ready_folder("rank-my-life-2028") / name).read_text("utf-8")
        (folder / name).write_text(text.replace('"people": 5000', '"people": 5001'), "utf-8")
    monkeypatch.setattr(module, "ready_folder", lambda name: folder)
    with pytest.raises(CaseError, match="does not have its hash"):
        shipped_exhibits("rank-my-life-2028")


@pytest.mark.slow
def test_f15_a_job_behind_the_ready_exhibits_gives_the_same_digests_again():
    """One of the sixteen; `moot case rebuild` and scripts/ready_case.py --check simulate all."""
    from moot.experiment.plan import plan_of
    from moot.experiment.simulation import simulate
    from moot.findings.experimenting import experiment_of

    content = shipped_exhibits("rank-my-life-2028")[0].content
    plan = plan_of(experiment_of(json.loads(content["about"])))
    job = plan.jobs[0]
    made = simulate(plan.scenario_of(job), seed=job.seed, chance=job.chance, threads=2, panel=0)
    assert dict(made.digests) == content["runs"][job.name]


# --- the judgment -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_f51_html_pdf_and_docx_carry_the_same_text(heard, language):
    document = judgment_document(heard, language)
    lines = [squeezed(one) for one in as_lines(document)]
    page = html.fromstring(written(document, "html"))
    assert page.get("lang") == language
    reader, told = pages(document)
    word = docx.Document(io.BytesIO(written(document, "docx")))
    in_docx = squeezed("".join(one.text or "" for one in word.element.body.iter() if one.tag.endswith("}t")))
    in_html, in_pdf = squeezed(page.text_content()), squeezed("".join(told))
    for line in lines[1:]:
        assert line in in_html and line in in_docx
        assert all(word in in_pdf for word in (line[:20], line[-20:]))
    assert b"pdfaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


@pytest.mark.parametrize("language", LANGUAGES)
def test_f50_the_fiction_mark_is_on_every_page_and_no_ecli_is_minted(heard, language):
    mark = catalogue("trial", language)("fiction")
    for document in (judgment_document(heard, language), bundle_document(heard, language),
                     kit_document(heard, language, people=12)):  # fmt: skip
        _, told = pages(document)
        assert all(squeezed(mark) in squeezed(page) for page in told)
        assert not re.search(r"ECLI:[^ ]*(FICTION|moot|xx)", " ".join(told), re.IGNORECASE)
    assert mark in as_akoma_ntoso(heard, language).decode()


def test_f46_visas_facts_claims_reasons_operative_part_in_this_order(heard):
    document = judgment_document(heard, "en")
    anchors = [getattr(one, "anchor", "") for one in document.blocks]
    places = [anchors.index(name) for name in JUDGMENT]
    assert places == sorted(places)
    lines = as_lines(document)
    for number in range(1, 6):
        assert any(line.startswith(f"Ground {number}, ") and "So decided." in line for line in lines)
    assert any("On ground 2, the court orders: stop the scheme." in line for line in lines)
    assert any("The court's answer: met (secret vote; the majority was reached)." in line for line in lines)
    assert sum("not argued." in line for line in lines) == 2 * sum(
        len(heard.elements(number)) for number in range(1, len(heard.grounds) + 1)
    )


def test_f49_a_remedy_without_a_figure_says_why(heard):
    assert any("No figure stands beside it: what is left" in line for line in
               as_lines(judgment_document(heard, "en")))  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_f51_akoma_ntoso_is_valid_against_the_schema_of_oasis(heard, language):
    made = as_akoma_ntoso(heard, language)
    root = etree.fromstring(made)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(root)
    parts = [one.tag.partition("}")[2] for one in root.find(f".//{{{NAMESPACE}}}judgmentBody")]
    assert parts == ["introduction", "background", "arguments", "motivation", "decision"]
    assert root.find(f".//{{{NAMESPACE}}}FRBRcountry").get("value") == "xx"
    assert root.find(f".//{{{NAMESPACE}}}FRBRalias").get("value") == identifier(heard)
    assert made == as_akoma_ntoso(heard, language)


def test_f48_a_separate_opinion_stands_in_akoma_ntoso_as_an_opinion():
    name = next(name for name in procedure_names() if load(name).ballot.separate_opinions)
    case = seated(name)
    case.do("open", "president", 0)
    at = to_stage(case, "reading")
    voter = case.procedure.voters[0].role
    case.do("opinion", voter, at, texts={"text": "I would have answered otherwise."})
    play_stage(case, at)
    root = etree.fromstring(as_akoma_ntoso(case, "en"))
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(root)
    (said,) = root.iter(f"{{{NAMESPACE}}}opinion")
    assert "I would have answered otherwise." in said.text and said.get("by") == f"#role-{voter}"


def test_f50_what_people_type_is_text_in_every_format(heard):
    case = fresh()
    tags = "<script>alert(1)</script> #let x = 1; *bold* [a](b)"
    case.do("fact", "claimants", 0, status="disputed", texts={"fact": tags, "origin": "invented"})
    document = judgment_document(case, "en")
    assert html.fromstring(written(document, "html")).find(".//script") is None
    assert any(tags in line for line in as_lines(document))
    assert squeezed(tags) in squeezed(" ".join(pages(document)[1]))
    assert tags in etree.fromstring(as_akoma_ntoso(case, "en")).xpath("string()")


def test_f24_what_is_sealed_is_shown_to_the_court_alone(ready):
    case = ready_case("rank-my-life-2028", "sealed")
    case.do("seal", "president", 0, exhibit=1, texts={"reason": "It names how a sensor is set."})
    parties, court = (as_lines(judgment_document(case, "en", for_court=one)) for one in (False, True))
    digest = case.exhibits[0].digest
    for lines, seen in ((parties, False), (court, True)):
        text = "\n".join(lines)
        assert ("Exhibit 1, in figures" in text) is seen
        assert digest in text and "It names how a sensor is set." in text
    assert "effect" not in judgment_data(case)["exhibits"][0]
    assert judgment_data(case, for_court=True)["exhibits"][0]["effect"]
    assert "Exhibit 1, in figures" not in "\n".join(as_lines(bundle_document(case, "en")))
    assert "Exhibit 1, in figures" not in "\n".join(as_lines(kit_document(case, "en")))


def test_f18_where_no_sheet_was_computed_the_exhibit_says_so(ready):
    lines = as_lines(judgment_document(ready, "fr"))
    assert sum(line.startswith("Ce qui la renverserait\u00a0: non calculé") for line in lines) == 6


def test_f18_the_sheet_is_told_beside_its_exhibit():
    """The keys are those of docs/reference/experiment-files.md; another scenario's conclusion is not told."""

    def told(name, smallest):
        draws = {"held": 9, "of": 10, "share": {"low": 0.55, "high": 1.0}}
        sentence = f"More are refused in {name}."
        return {"name": name, "conclusions": [{"sentence": sentence, "smallest": smallest, "draws": draws}]}

    flip = {"name": "regime.sensors.phone-app.coverage", "start": 0.5, "end": 0.25}
    sheet = json.dumps({"format": "moot-sheet-1", "scenarios": [told("rank-my-life-2028", flip),
                                                              told("other", None)]})  # fmt: skip
    made = shipped_exhibits("rank-my-life-2028")[0]
    case = seated()
    case.do("exhibit", "claimants", 0, digest=made.digest, texts={
        "title": made.title, CONTENT: made.text, "sheet": sheet},
        sheet_digest=hashlib.sha256(sheet.encode()).hexdigest())  # fmt: skip
    lines = as_lines(judgment_document(case, "fr"))
    assert any("Vrai dans 9 tirages sur 10" in line for line in lines)
    assert any("phone-app.coverage, de 0,50 à 0,25" in line for line in lines)
    assert not any("in other" in line for line in lines)


def test_f50_a_rehearsal_is_marked_on_every_page_and_leaves_no_judgment():
    case = rehearsal_of(seated("class-55"), "rehearsed")
    document = judgment_document(case, "fr")
    assert all(squeezed("RÉPÉTITION") in squeezed(page) for page in pages(document)[1])
    assert "Par ces motifs" not in as_lines(document)
    with pytest.raises(CaseError, match="a rehearsal leaves no judgment"):
        as_akoma_ntoso(case, "en")


def test_f30_figures_of_an_exhibit_can_be_read_in_the_pdf(ready):
    text = " ".join(pages(bundle_document(ready, "en"))[1])
    assert "Range over declared assumptions (6 draws of" in text
    assert text.index("Range over declared assumptions") < text.index("Simulation interval")


# --- the bundle ---------------------------------------------------------------------------------------------


def places_of(document):
    """The file, its pages as text, and where the index leads: as printed, and by its links."""
    reader, told = pages(document)
    names = reader.named_destinations
    found = {}
    for line in re.findall(r"see \(p\. (\d+)\)", " ".join(told)):
        found.setdefault("printed", []).append(int(line))
    links = [
        note.get_object()
        for page in reader.pages
        for note in page.get("/Annots", [])
        if note.get_object().get("/Subtype") == "/Link" and "/Dest" in note.get_object()
    ]
    found["links"] = [names[one["/Dest"]] if isinstance(one["/Dest"], str) else one["/Dest"] for one in links]
    return reader, told, found


@pytest.mark.parametrize("inserted", [False, True])
def test_f29_printed_number_label_and_link_agree_after_an_insert_in_the_middle(inserted):
    """An exhibit of the claimants comes late: it moves every page of the respondent, and no number."""
    case = ready_case("rank-my-life-2028", "bundled")
    if inserted:
        content = json.loads(case.text(case.exhibits[0].record, CONTENT)) | {"measure": "another"}
        made = Exhibit(content)
        case.do("exhibit", "claimants", 0, digest=made.digest,
                texts={"title": "A late one", CONTENT: made.text})  # fmt: skip
    reader, told, found = places_of(bundle_document(case, "en"))
    count = len(told)
    assert reader.page_labels == [str(number) for number in range(1, count + 1)]
    for number, page in enumerate(told, 1):
        assert f"Page {number} of {count}" in page
    order = [1, 2, 3, 7, 4, 5, 6] if inserted else [1, 2, 3, 4, 5, 6]
    begins = [next(n for n, page in enumerate(told, 1) if f"Exhibit {one} Filed by" in page) for one in order]
    assert begins == sorted(begins) and found["printed"] == begins
    pages_of_links = [reader.get_destination_page_number(one) + 1 if hasattr(one, "title") else
                      reader.get_page_number(one[0].get_object()) + 1 for one in found["links"]]  # fmt: skip
    assert set(begins) <= set(pages_of_links)


def test_f26_a_withdrawn_exhibit_keeps_its_line_in_the_bundle():
    case = ready_case("rank-my-life-2028", "gap")
    case.do("withdraw", "claimants", 0, exhibit=2)
    lines = as_lines(bundle_document(case, "en"))
    assert "Withdrawn; its number stays empty." in lines
    assert {f"Exhibit {number}" for number in range(1, 7)} <= set(lines)


# --- the kit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", range(12, 37))
def test_f40_teams_seat_everybody_and_both_sides_alike(people):
    for name in ("class-55", "three-voices", "common-law"):
        procedure = load(name)
        found = teams(procedure, people)
        sides = {
            side: sum(count for role, count in found.items() if procedure.role(role).side == side)
            for side in ("claimants", "respondent")
        }
        assert sum(found.values()) == people and sides["claimants"] == sides["respondent"]
        for role, count in found.items():
            assert procedure.role(role).seats[0] <= count <= procedure.role(role).seats[1]


def test_f40_too_many_or_too_few_are_told():
    for people in (11, 37):
        with pytest.raises(UserError, match="for 12 to 36 people"):
            teams(load_procedure("class-55"), people)
    with pytest.raises(UserError, match="has seats for"):
        teams(load("administrative"), 36)


@pytest.mark.parametrize("language", LANGUAGES)
def test_f40_the_kit_has_a_card_for_everybody_and_all_that_paper_needs(ready, language):
    case = ready_case("rank-my-life-2028", "kit", procedure=load("class-55"))
    say = catalogue("kit", language)
    lines = as_lines(kit_document(case, language, people=24))
    for key in ("how", "teams", "stages", "cards", "minutes-sheet", "judgment-sheet", "ballots"):
        assert say(key) in lines
    cards = [line for line in lines if line.startswith(say("card-side", side="")[:-1].rstrip("."))]
    assert len(cards) == 24
    voters = sum(
        count for role, count in teams(case.procedure, 24).items() if case.procedure.role(role).votes
    )
    assert lines.count(say("ballot")) == 3 * voters
    assert any("CC BY 4.0" in line for line in lines)
    assert any(QUESTION_2028[language] in line for line in lines)


# --- tried again --------------------------------------------------------------------------------------------


def test_f53_a_retry_holds_no_vote_no_reason_no_speech_and_is_judged_blind(heard):
    package = json.loads(json.dumps(retry_of(heard)))
    text = json.dumps(package)
    assert "So decided." not in text and "Both sides were heard." not in text and "Words of" not in text
    assert {one["step"] for one in package["steps"]} <= {
        "question", "claimant", "fact", "ground", "proportionality", "exhibit", "witness",
    }  # fmt: skip
    again = tried_again(package, "again", load("class-55"))
    assert [one.digest for one in again.exhibits] == [one.digest for one in heard.exhibits]
    assert again.phase == "preparation" and not again.speeches and not again.questions
    found = compared(judgment_data(heard), judgment_data(again))
    assert found["blind"] and found["judgments"][0] == identifier(heard)
    met = [one for one in found["lines"] if (one["entry"], one["element"]) == ("CH-1", "1")]
    assert met[0]["answers"] == ["met", "not decided"] and not met[0]["same"]
    assert all(one["same"] for one in found["lines"] if one["element"] and one["entry"] == "AIA-5-1-c")
    assert not compared(judgment_data(again), judgment_data(heard))["blind"]


def test_f53_what_is_no_retry_or_not_blind_is_refused(heard):
    package = retry_of(heard)
    with pytest.raises(CaseError, match="no retry of a case"):
        tried_again({}, "again", load("class-55"))
    with pytest.raises(CaseError, match="no longer blind"):
        speech = {"step": "speech", "by": "president", "set": {}, "texts": {"text": "x"}}
        tried_again({**package, "steps": [speech]}, "again", load("class-55"))
    with pytest.raises(CaseError, match="not whole"):
        tried_again({**package, "steps": [{}]}, "again", load("class-55"))
    with pytest.raises(CaseError, match="expected two cases"):
        compared({}, judgment_data(heard))
    sealed = ready_case("rank-my-life-2028", "sealed")
    sealed.do("seal", "president", 0, exhibit=1, texts={"reason": "A secret of trade."})
    with pytest.raises(CaseError, match="sealed"):
        retry_of(sealed)


def test_f53_an_exhibit_that_was_withdrawn_keeps_its_number_in_the_retry():
    case = ready_case("rank-my-life-2028", "gap")
    case.do("withdraw", "claimants", 0, exhibit=2)
    again = tried_again(retry_of(case), "again", load("assize"))
    assert [one.status for one in again.exhibits] == ["admitted", "withdrawn", *["admitted"] * 4]


# --- from the command line ----------------------------------------------------------------------------------


def test_papers_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["case", *(str(one) for one in arguments)])
        return ended.value.code

    assert not run("new", "my-case", "--ready", "rank-my-life-2028", "--alone")
    for form in ("html", "pdf", "docx", "akn"):
        assert not run("export", "my-case", "--format", form, "--lang", "fr", "--out", f"j.{form}")
    for form in ("md", "json"):
        assert run("export", "my-case", "--format", form, "--lang", "fr", "--out", f"fr.{form}") == 2
    assert not run("export", "my-case", "--format", "json", "--out", "j.json")
    assert run("export", "my-case", "--format", "pdf") == 2
    assert run("export", "my-case", "--format", "akn", "--out", "j.akn") == 2
    assert not run("bundle", "my-case", "--lang", "fr")
    assert not run("kit", "my-case", "--people", 12, "--format", "html")
    assert not run("retry", "my-case", "--out", "r.json")
    assert not run("new", "other", "--retry", "r.json", "--procedure", "class-55")
    capsys.readouterr()
    assert not run("compare", "my-case", "other")
    assert "tried again without knowing the first" in capsys.readouterr().out
    assert not run("compare", "j.json", "other", "--json")
    assert json.loads(capsys.readouterr().out)["blind"]
    assert run("new", "third", "--ready", "rank-my-life") == 2
    assert "rank-my-life-2028" in capsys.readouterr().err
    assert run("new", "third") == 2
    named = {Path(one["path"]).name for one in CaseStore(tmp_path / "my-case").read().exports}
    assert named == {"j.html", "j.pdf", "j.docx", "j.akn", "j.json", "my-case-bundle.pdf",
                     "my-case-kit.html", "r.json"}  # fmt: skip
    assert kept_case(tmp_path / "my-case").text(2, "question").startswith(QUESTION_2028["en"])


def test_f52_roles_procedures_and_claimants_are_french_in_french_papers(ready):
    case = ready_case("rank-my-life-2028", "french", procedure=load("assize"))
    text = "\n".join(as_lines(kit_document(case, "fr", people=24)) + as_lines(judgment_document(case, "fr")))
    for english, french in (
        ("Juror", "Juré"),
        ("Assize court", "Cour d'assises"),
        ("Claimant 1,", "Requérant 1"),
    ):
        assert french in text and english not in text
