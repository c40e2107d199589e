"""A keeper of checkpoints in memory, for runs that are gone on with."""

from moot.store.checkpoint import Checkpoint, Point


class Shelf:
    """A keeper that copies what a checkpoint would hold on some days, and begins where it is told."""

    def __init__(self, days=(), start=None):
        self.days, self.begin, self.points = set(days), start, {}

    def start(self):
        return self.begin

    def end_of_day(self, phase, done, of, take):
        if (phase, done) in self.days:
            arrays, values = take()
            copies = {name: array.copy() for name, array in arrays.items()}
            self.points[phase, done] = Point(Checkpoint(None, phase, done), copies, values)
