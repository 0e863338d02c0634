"""
A search whose next configurations depend on the results so far: Optuna's sampler, asked and told between batches.

Nothing of a search is stored. Its sampler is seeded, so it is replayed from the start with the results that are on disk
and arrives at the same configurations: a killed search goes on, and a finished cell is looked up, not run. The order
of asking and telling is that of the batches, whichever cell ended first.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmpipe.errors import ParamsError
from llmpipe.studies.cells import (
    TRIES,
    Cell,
    Configuration,
    Ground,
    ground,
    identity,
    of,
    random_configuration,
    settled,
)
from llmpipe.studies.file import Level, StudyFile, level

FEWEST = 4  # configurations from which importances are told


class Search:
    """
    The sampler of a study: TPE (Bergstra et al. 2011), which proposes where good results are likelier than bad ones.

    Configurations of a batch are asked for before any of it is told; those that are waiting count as bad ones
    (`constant_liar`, Ginsbourger et al. 2010), so that a batch does not hold the same idea several times.
    """

    def __init__(self, study: StudyFile) -> None:
        optuna = door()
        self._study, self._optuna = study, optuna
        sampler = optuna.samplers.TPESampler(seed=study.design_seed, constant_liar=True)
        direction = "maximize" if study.goal == "max" else "minimize"
        self._sampler = optuna.create_study(sampler=sampler, direction=direction)
        self._space = distributions(study)
        self._asked: list[Any] = []
        self._seen: set[str] = set()
        self._draws = 0

    def ask(self, count: int, fits: Callable[[Configuration], bool]) -> list[Configuration]:
        """The next `count` configurations that fit and were not proposed before; fewer when there are no more."""
        found: list[Configuration] = []
        for _ in range(TRIES * count):
            if len(found) == count:
                break
            trial = self._sampler.ask(self._space)
            chosen = configuration(self._study, trial.params)
            if identity(chosen) in self._seen or not fits(chosen):
                self._sampler.tell(trial, state=self._optuna.trial.TrialState.FAIL)
                self._sampler.enqueue_trial(self._random())  # TPE may propose the same again and again
                continue
            self._seen.add(identity(chosen))
            self._asked.append(trial)
            found.append(chosen)
        return found

    def tell(self, values: Sequence[float | None]) -> None:
        """The results of the configurations that were asked for last; None: it failed."""
        for trial, value in zip(self._asked, values, strict=True):
            state = self._optuna.trial.TrialState.FAIL if value is None else None
            self._sampler.tell(trial, value, state=state)
        self._asked = []

    def _random(self) -> dict[str, Any]:
        self._draws += 1
        return parameters(self._study, random_configuration(self._study, self._draws))


def door() -> Any:
    """
    The package, quiet.

    Raises:
        ParamsError: It is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise ParamsError(
            "design: optuna needs the package optuna: `pip install -c constraints.txt -e '.[search]'`, or use random."
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def distributions(study: StudyFile) -> dict[str, Any]:
    """The space of a study as Optuna has it: a level is a choice by its name."""
    kinds = door().distributions
    found = {}
    for factor in study.factors:
        extent = study.range(factor)
        if extent is None:
            found[factor] = kinds.CategoricalDistribution([level.name for level in study.levels(factor)])
        elif extent.is_whole:
            found[factor] = kinds.IntDistribution(int(extent.low), int(extent.high), log=extent.log)
        else:
            found[factor] = kinds.FloatDistribution(float(extent.low), float(extent.high), log=extent.log)
    return found


def configuration(study: StudyFile, chosen: Mapping[str, Any]) -> Configuration:
    """What Optuna chose, as levels."""
    found: dict[str, Level] = {}
    for factor in study.factors:
        extent = study.range(factor)
        if extent is None:
            found[factor] = next(each for each in study.levels(factor) if each.name == chosen[factor])
        else:
            found[factor] = level(factor, settled(extent, chosen[factor]))
    return found


def parameters(study: StudyFile, chosen: Configuration) -> dict[str, Any]:
    """The reverse of `configuration`."""
    return {factor: found.values[factor] if study.range(factor) else found.name for factor, found in chosen.items()}


def explored(study: StudyFile, root: Path, score: Callable[[Cell], float | None], failed: Container[str]) -> list[Cell]:
    """
    The cells of a search so far, in the order in which it came to them, with those that it needs next.

    Args:
        study: With the design optuna.
        root: The project's folder.
        score: The optimised metric of a cell; None: it is not done.
        failed: Names of cells that will not be done.

    Raises:
        ParamsError: The parameters of every configuration that was proposed are wrong, or Optuna is not installed.
    """
    start, search = ground(study, root), Search(study)
    wanted, tried = study.cells or 0, 0
    found: list[Cell] = []
    check = Fit(study, start)
    while tried < wanted:
        batch = search.ask(min(study.jobs, wanted - tried), check)
        if not batch:
            break
        tried += len(batch)
        made = of(study, start, batch)
        found += made
        if any(score(cell) is None and cell.name not in failed for cell in made):
            break
        search.tell([_value(chosen, made, score) for chosen in batch])
    if not found:
        raise ParamsError("\n".join(check.problems))
    return found


def _value(chosen: Configuration, made: Sequence[Cell], score: Callable[[Cell], float | None]) -> float | None:
    """Mean over the seeds and folds of a configuration; None: one of its cells failed."""
    names = {factor: found.name for factor, found in chosen.items()}
    values = [score(cell) for cell in made if cell.levels == names]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


class Fit:
    """Whether the parameters of a configuration are right; what is wrong with those that are not is kept."""

    def __init__(self, study: StudyFile, start: Ground) -> None:
        self._study, self._start = study, start
        self.problems: dict[str, None] = {}

    def __call__(self, chosen: Configuration) -> bool:
        """Try it."""
        try:
            of(self._study, self._start, [chosen])
        except ParamsError as error:
            self.problems |= dict.fromkeys(str(error).splitlines())
            return False
        return True


def importances(study: StudyFile, tried: Sequence[tuple[Mapping[str, str], float]]) -> dict[str, float] | None:
    """
    Share of each factor, alone, in the variance of the results (functional ANOVA, Hutter et al. 2014).

    Args:
        study: With its factors.
        tried: Levels and result of each configuration.

    Returns:
        None when there are few configurations, all results are equal, or Optuna is not installed.
    """
    if len(tried) < FEWEST or len({value for _, value in tried}) < 2:
        return None
    try:
        optuna = door()
    except ParamsError:
        return None
    space = distributions(study)
    whole = optuna.create_study()
    for levels, value in tried:
        chosen = {
            factor: (int if extent.is_whole else float)(name) if (extent := study.range(factor)) else name
            for factor, name in levels.items()
        }
        whole.add_trial(optuna.trial.create_trial(params=chosen, distributions=space, value=value))
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=study.design_seed)
    found = optuna.importance.get_param_importances(whole, evaluator=evaluator, params=list(space))
    return {factor: float(found[factor]) for factor in study.factors}
