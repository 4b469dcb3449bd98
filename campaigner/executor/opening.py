"""From a plan to an executor: nothing is started before there is work for it."""

import atexit
from functools import cache

from campaigner.domain.executor import Executing, ExecutorPlan, Over
from campaigner.executor.crew import Crew


def over_of(plan: ExecutorPlan) -> Over:
    """What carries partition functions over parts, by a plan: the same workers for the same plan."""
    return map if plan.kind is Executing.LOCAL else crew_of(plan).over


@cache
def crew_of(plan: ExecutorPlan) -> Crew:
    """The workers of a plan, let go when the program ends."""
    crew = _hired(plan)
    atexit.register(crew.close)
    return crew


def _hired(plan: ExecutorPlan) -> Crew:
    if plan.kind is Executing.DASK:
        from campaigner.executor.cluster import Cluster

        return Cluster(plan.scheduler)
    from campaigner.executor.processes import Processes

    return Processes(plan.workers)
