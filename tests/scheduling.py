"""xdist's way to share out the tests, without a look at all that is done after each of them."""

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController


class Scheduling(LoadGroupScheduling):
    """Forgets a group that is done: to count them all again takes seconds, with thousands."""

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Give out the next group, if one is wanted."""
        super().mark_test_complete(node, item_index, duration)
        groups = self.assigned_work[node]
        for group in [group for group, tests in groups.items() if all(tests.values())]:
            del groups[group]
