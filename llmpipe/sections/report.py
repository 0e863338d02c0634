"""`report`: what a person reads."""

from llmpipe.sections.section import Positive, Section


class ReportConfig(Section):
    """What a person reads."""

    title: str = "llmpipe on the sample world"
    samples: Positive = 3  # predictions shown a data set
