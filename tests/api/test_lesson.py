"""A class over the API: a teacher moves the room, pupils vote, and a poll costs one query."""

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.claims import run_keep, shipped
from accounts.lab.recorded import recorded
from accounts.lesson import LESSONS, places
from accounts.models import ClaimRun, HandIn, Phase, Room, Run, Vote, lesson_links, tally
from tests.races import at_once
from tests.sql import tables_of

pytestmark = pytest.mark.django_db

LESSON = "logged-out"
ROOMS = "/api/lesson/rooms/"
Json = dict[str, Any]


def post(client: Client, path: str, body: Mapping[str, object]) -> Any:
    return client.post(path, body, content_type="application/json")


@pytest.fixture
def teacher() -> Client:
    return Client()


@pytest.fixture
def room(teacher: Client) -> Json:
    opened: Json = post(teacher, ROOMS, {"lesson": LESSON}).json()
    return opened


def pupil_in(room: Json) -> Client:
    pupil = Client()
    assert pupil.get(room["pupils"]).status_code == 200
    return pupil


def state(client: Client, room: Json) -> Json:
    found: Json = client.get(f"{ROOMS}{room['code']}/").json()
    return found


def move(client: Client, room: Json, phase: str, step: int = 0, version: int | None = None) -> Any:
    known = version or state(client, room)["version"]
    body = {"version": known, "step": step, "phase": phase}
    return post(client, f"{ROOMS}{room['code']}/move/", body)


def play(client: Client, room: Json, step: int = 0, **played: object) -> Any:
    return post(client, f"{ROOMS}{room['code']}/run/", {"step": step, **played})


def hand_in(client: Client, room: Json, link: str, exercise: object = 0) -> Any:
    page = f"{room['pupils']}hand-in/"
    return client.post(page, {"exercise": exercise, "link": link})


def page_of(client: Client, room: Json, name: str) -> str:
    return unescape(client.get(room[name]).content.decode())


def vote(client: Client, room: Json, answer: int, round_: int = 1, step: int = 0) -> Any:
    body = {"step": step, "round": round_, "answer": answer}
    return post(client, f"{ROOMS}{room['code']}/vote/", body)


def test_a_teacher_opens_a_room_whose_cookie_is_not_what_is_stored(
    teacher: Client, room: Json
) -> None:
    assert {"lesson": LESSON, "phase": "lobby", "version": 1, "votes": 0}.items() <= room.items()
    secret = teacher.cookies["lesson_teacher"]
    assert secret["httponly"]
    assert secret["samesite"] == "Lax"
    assert secret.value not in str(Room.objects.values().get())
    for page in ("pupils", "screen", "notes", "handout"):
        assert teacher.get(room[page]).status_code == 200


@pytest.mark.database("sqlite")
def test_the_whole_lesson_can_be_gone_through(teacher: Client, room: Json) -> None:
    for number, place in enumerate(places(LESSONS[LESSON])[1:], 2):
        answer = move(teacher, room, place.phase, place.step)
        assert answer.json()["version"] == number
        for page in ("pupils", "screen", "notes"):
            assert teacher.get(room[page]).status_code == 200
    assert teacher.get(room["handout"]).status_code == 200


def test_a_poll_costs_one_query_writes_nothing_and_is_not_traced(
    teacher: Client, room: Json, settings: Settings
) -> None:
    settings.TRACING = True
    move(teacher, room, "question")
    pupil = pupil_in(room)
    vote(pupil, room, 1)
    with CaptureQueriesContext(connection) as queries:
        answer = pupil.get(f"{ROOMS}{room['code']}/")
    assert answer.json()["votes"] == 1
    assert tables_of(queries) == [{"accounts_room", "accounts_vote"}]
    assert queries[0]["sql"].startswith("SELECT")
    assert not answer.cookies
    assert "Server-Timing" not in answer


def test_a_vote_counts_once_for_a_browser_and_can_be_changed_until_it_is_closed(
    teacher: Client, room: Json
) -> None:
    move(teacher, room, "question")
    pupil, other = pupil_in(room), pupil_in(room)
    assert [vote(pupil, room, answer).status_code for answer in (0, 1)] == [200, 200]
    assert vote(other, room, 1).json() == {"step": 0, "round": 1, "answer": 1}
    assert state(pupil, room)["votes"] == 2
    move(teacher, room, "discuss")
    late = vote(pupil, room, 2)
    assert (late.status_code, late.json()["code"]) == (409, "closed")
    assert tally(Room.objects.get()) == {(0, 1, 1): 2}
    assert pupil.cookies["lesson_pupil"].value not in str(Vote.objects.values())


def test_the_second_vote_is_asked_for_and_not_taken_from_the_first(
    teacher: Client, room: Json
) -> None:
    pupil = pupil_in(room)
    move(teacher, room, "question")
    assert vote(pupil, room, 1).status_code == 200
    for phase in ("discuss", "again"):
        move(teacher, room, phase)
    page = pupil.get(room["pupils"]).content.decode()
    assert "your first vote" in page
    assert "Choose one." in page
    assert 'aria-pressed="true"' not in page
    assert state(pupil, room)["votes"] == 0
    assert vote(pupil, room, 1, round_=2).status_code == 200
    assert 'aria-pressed="true"' in pupil.get(room["pupils"]).content.decode()


def test_a_vote_for_another_step_or_round_than_the_open_one_is_refused(
    teacher: Client, room: Json
) -> None:
    pupil = pupil_in(room)
    assert vote(pupil, room, 1).status_code == 409
    move(teacher, room, "again")
    assert vote(pupil, room, 1, round_=1).status_code == 409
    assert vote(pupil, room, 1, round_=2, step=1).status_code == 409
    assert vote(pupil, room, 3, round_=2).status_code == 200
    move(teacher, room, "question", step=2)  # which has three answers
    assert vote(pupil, room, 3, step=2).json() == {"answer": ["There is no such answer."]}


def test_only_the_browser_that_opened_a_room_moves_it(teacher: Client, room: Json) -> None:
    pupil = pupil_in(room)
    other_teacher = Client()
    post(other_teacher, ROOMS, {"lesson": LESSON})
    for client in (pupil, other_teacher):
        assert move(client, room, "question").status_code == 403
        assert client.get(room["notes"]).status_code == 403
        assert client.get(room["handout"]).status_code == 403
        assert "data-go" not in client.get(room["screen"]).content.decode()
    assert state(teacher, room)["phase"] == "lobby"


def test_a_slower_window_and_a_place_that_is_none_move_nothing(teacher: Client, room: Json) -> None:
    assert move(teacher, room, "question", version=1).status_code == 200
    slower = move(teacher, room, "question", version=1)
    assert (slower.status_code, slower.json()["code"]) == (409, "moved")
    exit_number = len(LESSONS[LESSON].steps)
    assert move(teacher, room, "discuss", step=exit_number).status_code == 400
    assert move(teacher, room, "question", step=exit_number + 1).status_code == 400
    assert state(teacher, room)["version"] == 2


def test_another_sites_page_can_neither_open_move_nor_vote(teacher: Client, room: Json) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = teacher.cookies
    codes = [
        post(strict, ROOMS, {"lesson": LESSON}).json()["code"],
        move(strict, room, "question").json()["code"],
        vote(strict, room, 1).json()["code"],
        play(strict, room, link="/").json()["code"],
    ]
    assert codes == ["csrf_failed"] * 4


def test_the_lobby_counts_who_has_joined(teacher: Client, room: Json) -> None:
    pupil = pupil_in(room)
    pupil_in(room)
    pupil.get(room["pupils"])
    teacher.get(room["pupils"])
    assert state(teacher, room)["votes"] == 2
    for page in ("screen", "notes"):
        assert "<b data-votes>2</b>" in page_of(teacher, room, page)
    move(teacher, room, "question")
    pupil_in(room)
    assert state(teacher, room)["votes"] == 0


def test_a_lesson_that_ends_early_keeps_what_was_asked(teacher: Client, room: Json) -> None:
    lesson = LESSONS[LESSON]
    for step in (0, 2):
        move(teacher, room, "question", step=step)
    move(teacher, room, "over", step=len(lesson.steps))
    for page in ("screen", "pupils"):
        seen = page_of(teacher, room, page)
        kept = [step.keep in seen for step in lesson.steps]
        assert kept == [True, False, True, False, False], page


class TestWhatWasPlayed:
    LANES = (
        {"strategy": "session-db", "queries": 2, "bytes": 32, "samples": [1500], "thief": False},
        {"strategy": "jwt-user", "queries": 1, "bytes": 3570, "samples": [7000], "thief": True},
    )

    @pytest.fixture
    def claim_run(self) -> ClaimRun:
        played = replace(shipped("sqlite")["short-expiry"].played, database="SQLite")
        measured = tuple(
            replace(one, median=2.25) if one.name == "seconds-3" else one
            for one in played.evidence.measurements
        )
        evidence = replace(played.evidence, measurements=measured)
        machine = {**played.machine, "cpu": "A laptop at school"}
        mine = replace(played, evidence=evidence, machine=machine)
        return run_keep(mine, visitor=uuid4())

    def test_the_handout_has_the_claim_that_was_played_with_its_machine(
        self, teacher: Client, room: Json, claim_run: ClaimRun
    ) -> None:
        link = f"http://laptop:8000{claim_run.get_absolute_url()}?embed=screen#result"
        assert play(teacher, room, 3, link=link).status_code == 200
        handout = page_of(teacher, room, "handout")
        assert re.search(r"Measured in this lesson, [\d-]+ on A laptop at school", handout)
        assert "<td>2.25 s</td>" in handout
        assert f'href="{claim_run.get_absolute_url()}"' in handout
        move(teacher, room, "keep", step=3)
        assert "<dd>2.25 s</dd>" in page_of(teacher, room, "screen")
        claim_run.delete()
        assert "in this lesson" not in page_of(teacher, room, "handout")  # it is pruned

    def test_the_handout_has_the_pair_that_was_played_and_the_newest_alone(
        self, teacher: Client, room: Json
    ) -> None:
        first = [{**lane, "bytes": 99} for lane in self.LANES]
        for lanes in (first, self.LANES):
            assert play(teacher, room, lanes=lanes).status_code == 200
        handout = page_of(teacher, room, "handout")
        table = handout.partition("What was measured in this lesson")[2].partition("</table>")[0]
        assert re.findall("<td>(.*?)</td>", table) == [
            *("2 queries", "32 bytes", "1.5 ms", "refused"),
            *("1 query", "3570 bytes", "7.0 ms", "got in"),
        ]
        assert "Measured before the lesson: After the log-out" in handout

    def test_only_what_the_step_plays_is_kept(
        self, teacher: Client, room: Json, claim_run: ClaimRun
    ) -> None:
        link = claim_run.get_absolute_url()
        other_pair = [self.LANES[1], self.LANES[0]]
        wrong: list[dict[str, Any]] = [
            {"step": 0, "link": link},
            {"step": 99, "link": link},
            {"step": 3, "link": f"/claims/runs/{uuid4()}/"},
            {"step": 3, "link": "https://example.org/"},
            {"step": 3},
            {"step": 0, "lanes": other_pair},
            {"step": 0, "lanes": self.LANES, "link": link},
            {"step": 0, "lanes": [{**self.LANES[0], "samples": []}, self.LANES[1]]},
        ]
        assert [play(teacher, room, **one).status_code for one in wrong] == [400] * len(wrong)
        assert play(pupil_in(room), room, 3, link=link).status_code == 403
        assert "in this lesson" not in page_of(teacher, room, "handout")


class TestHandingIn:
    @pytest.fixture
    def run(self) -> Run:
        matrix = recorded("sqlite")
        assert matrix
        cell = {"strategy": "jwt-version", "event": "log-out"}
        report = matrix.reports["jwt-version", "log-out"]
        return Run.objects.create(**cell, batch=uuid4(), report=report, transcript=[])

    @pytest.fixture
    def over(self, teacher: Client, room: Json) -> Json:
        move(teacher, room, "over", step=len(LESSONS[LESSON].steps))
        return room

    def test_a_link_stands_in_the_teachers_handout_without_a_name(
        self, teacher: Client, over: Json, run: Run
    ) -> None:
        pupil, other = pupil_in(over), pupil_in(over)
        link = f"192.0.2.7:8000{run.get_absolute_url()}#act-1"
        for _ in range(2):
            answer = hand_in(pupil, over, link)
            assert answer.headers["Location"] == f"{over['handout']}#exercise-1"
        told = f'<a href="{run.get_absolute_url()}">JWT + version number, Log out: the thief’s copy'
        assert page_of(pupil, over, "handout").count(told) == 1
        seen = page_of(teacher, over, "handout")
        assert seen.count(told) == 1
        assert "1 link handed in" in seen
        assert told not in page_of(other, over, "handout")

    @pytest.mark.parametrize(
        "link",
        ["", "nonsense", "https://example.org/lab/runs/1/", "/lab/", f"/lab/runs/{UUID(int=1)}/"],
    )
    def test_what_leads_to_no_run_is_refused_in_words(self, over: Json, link: str) -> None:
        answer = hand_in(pupil_in(over), over, link)
        assert answer.status_code == 400
        assert "This is no link to a run" in answer.content.decode()
        assert not HandIn.objects.exists()

    def test_nothing_is_handed_in_before_the_end_elsewhere_or_without_bounds(
        self, room: Json, teacher: Client, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = run.get_absolute_url()
        assert hand_in(pupil_in(room), room, link).status_code == 403
        move(teacher, room, "over", step=len(LESSONS[LESSON].steps))
        strict = Client(enforce_csrf_checks=True)
        assert hand_in(strict, room, link).status_code == 403
        hand_in(pupil_in(room), room, link, exercise="x")
        assert not HandIn.objects.exists()
        monkeypatch.setattr(lesson_links, "MAX_HAND_INS", 1)
        statuses = [hand_in(pupil_in(room), room, link).status_code for _ in range(2)]
        assert statuses == [302, 400]


def test_what_a_rehearsal_shows_is_made_up_and_says_so(teacher: Client) -> None:
    room = post(teacher, ROOMS, {"lesson": LESSON, "is_rehearsal": True}).json()
    assert state(teacher, room)["votes"] == 24
    assert move(teacher, room, "question").json()["votes"] == 24
    move(teacher, room, "again")
    counted = tally(Room.objects.get())
    right = LESSONS[LESSON].steps[0].right
    assert counted[0, 1, right] < counted[0, 2, right]
    for page in ("screen", "notes", "handout"):
        assert "made up" in teacher.get(room[page]).content.decode()


def test_codes_are_found_as_people_type_them(room: Json) -> None:
    code = room["code"]
    for typed in (code.lower(), f"{code[:3]}-{code[3:]}", f" {code[:3]} {code[3:]} "):
        answer = Client().get("/lesson/join/", {"code": typed})
        assert answer.headers["Location"] == room["pupils"]
    unknown = Client().get("/lesson/join/", {"code": "AAAAAA"})
    assert unknown.status_code == 404
    assert "There is no room with this code" in unknown.content.decode()


class TestLimits:
    def test_rooms_are_counted_for_each_address(self, teacher: Client, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "lesson-rooms": (1, 3600)}
        statuses = [post(teacher, ROOMS, {"lesson": LESSON}).status_code for _ in range(2)]
        assert statuses == [201, 429]

    def test_whoever_guesses_codes_is_told_no_right_one_either(
        self, room: Json, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "lesson-codes": (2, 3600)}
        guessing = [Client().get(f"{ROOMS}ZZZZZ{end}/").status_code for end in "BCD"]
        assert guessing == [404, 404, 429]
        assert Client().get(f"{ROOMS}{room['code']}/").status_code == 429
        assert Client().get(room["pupils"]).status_code == 429

    def test_whoever_is_in_stays_in_while_others_guess(
        self, room: Json, settings: Settings
    ) -> None:
        pupil = pupil_in(room)
        settings.LIMITS = {**settings.LIMITS, "lesson-codes": (0, 3600)}
        assert state(pupil, room)["code"] == room["code"]

    def test_votes_are_counted_for_each_address(
        self, teacher: Client, room: Json, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "lesson-votes": (1, 3600)}
        move(teacher, room, "question")
        assert [vote(teacher, room, 1).status_code for _ in range(2)] == [200, 429]

    @pytest.mark.database("sqlite")
    def test_a_hundred_pupils_behind_one_address_vote(self, teacher: Client, room: Json) -> None:
        move(teacher, room, "question")
        pupil, voted, kept = (
            pupil_in(room),
            {"step": 0, "round": 1, "answer": 1},
            Room.objects.get(),
        )
        Vote.objects.bulk_create(Vote(room=kept, pupil=uuid4(), **voted) for _ in range(99))
        assert {vote(pupil, room, 1).status_code for _ in range(100)} == {200}
        assert state(teacher, room)["votes"] == 100


@pytest.mark.django_db(transaction=True)
def test_votes_that_arrive_at_once_all_count(teacher: Client, room: Json) -> None:
    move(teacher, room, "question")
    pupils = [pupil_in(room) for _ in range(12)]
    acts = [lambda pupil=pupil: vote(pupil, room, 1).status_code for pupil in pupils]
    assert set(at_once(*acts)) == {200}
    assert tally(Room.objects.get()) == {(0, 1, 1): 12}


@pytest.mark.django_db(transaction=True)
def test_of_links_that_arrive_at_once_no_more_are_kept_than_there_is_room_for(
    teacher: Client, room: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lesson_links, "MAX_OF_PUPIL", 1)
    kept, pupil = Room.objects.get(), uuid4()
    acts = [
        lambda link=link: lesson_links.hand_in(kept, pupil, exercise=0, link=link)
        for link in "abcdefgh"
    ]
    assert sorted(at_once(*acts)) == [False] * 7 + [True]
    assert HandIn.objects.count() == 1


def test_the_phases_of_the_document_are_those_of_the_room() -> None:
    assert {place.phase for place in places(LESSONS[LESSON])} == set(Phase)
