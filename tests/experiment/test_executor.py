"""Doing jobs: in turn, and what happens when one fails."""

import pytest

from moot.errors import JobFailed, RunError, UserError
from moot.experiment.executor import TRIES, Done, carry_out
from moot.experiment.plan import Job

JOBS = [Job("s", ("a", "b"), replicate, 0, replicate, replicate) for replicate in (1, 2, 3)]


class Work:
    """Gives the seed of a job; fails so many times for one of them."""

    def __init__(self, replicate=0, times=0, error=None):
        self.replicate, self.times, self.error = replicate, times, error or ValueError("no luck")
        self.asked = []

    def __call__(self, job):
        self.asked.append(job.replicate)
        if job.replicate == self.replicate and self.times:
            self.times -= 1
            raise self.error
        return job.seed


def done(work, **how):
    kept = []
    failed = carry_out(JOBS, work, lambda one: kept.append(one.result), **how)
    return kept, failed


def test_every_job_is_done_in_turn():
    work = Work()
    assert done(work) == ([1, 2, 3], []) and work.asked == [1, 2, 3]


def test_stop_leaves_the_rest_undone():
    work = Work(2, 1)
    with pytest.raises(JobFailed, match="s, replicate 2 failed: ValueError: no luck") as failed:
        done(work)
    assert work.asked == [1, 2] and failed.value.exit_code == 1


def test_a_job_that_fails_for_the_users_mistake_exits_as_that_would():
    with pytest.raises(JobFailed, match="replicate 1 failed: the disk is full") as failed:
        done(Work(1, 1, RunError("the disk is full")))
    assert failed.value.exit_code == 2


def test_skip_goes_on_without():
    kept, failed = done(Work(2, 9), on_error="skip")
    assert kept == [1, 3]
    assert [(one.job.replicate, str(one.error)) for one in failed] == [(2, "no luck")]


@pytest.mark.parametrize("times", range(1, TRIES))
def test_retry_does_it_again(times):
    work = Work(2, times)
    assert done(work, on_error="retry") == ([1, 3, 2], [])
    assert work.asked == [1, 2, 3] + [2] * times


def test_retry_stops_in_the_end():
    work = Work(2, TRIES)
    with pytest.raises(JobFailed, match=f"failed {TRIES} times"):
        done(work, on_error="retry")
    assert work.asked.count(2) == TRIES


def test_ctrl_c_is_no_failure():
    with pytest.raises(KeyboardInterrupt):
        done(Work(2, 1, KeyboardInterrupt()), on_error="skip")


def test_an_unknown_policy_is_told():
    with pytest.raises(UserError, match="expected one of: stop, skip, retry"):
        done(Work(), on_error="ignore")


def test_an_executor_may_hand_jobs_back_in_any_order():
    class Backwards:
        def run(self, jobs, work):
            for job in reversed(list(jobs)):
                yield Done(job, work(job), None, 0.0)

    assert done(Work(), executor=Backwards()) == ([3, 2, 1], [])
