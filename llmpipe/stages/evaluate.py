"""
evaluate: models x test sets -> data/evaluation/: predictions, then every number.

Predictions and the log-likelihoods of the test documents are on disk before any metric is computed; `rescore`
reads them back and needs no model, so scores can be recomputed and disputed.
"""

import shutil

from llmpipe.baselines import BASELINES
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.evaluation import abstention
from llmpipe.evaluation.documents import BASE, score_documents
from llmpipe.evaluation.predict import TUNED, copy_answers, predict, predict_baselines
from llmpipe.evaluation.retrieval import predict_retrieval
from llmpipe.evaluation.scores import UNSEEN_LABELS, rescore
from llmpipe.evaluation.test_sets import ALL, CHECKS, LANGUAGE_MODEL, check_contamination, read_test_sets, read_train
from llmpipe.files import Layout, atomic_directory, read_jsonl, write_json
from llmpipe.progress import Reporter
from llmpipe.sections.params import Params
from llmpipe.train import directory
from llmpipe.train.device import use_device


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Predict with the tuned model and the baselines, score them, and measure bits per byte."""
    config = params.evaluate
    for name in config.baselines:
        if name not in BASELINES:
            raise ParamsError(f"evaluate.baselines: {unknown_name('baseline', name, BASELINES)}")
    device = use_device(params.compute).torch
    train = read_train(data, params.finetune.train_per_dataset)
    test_sets = read_test_sets(data, train, config.max_per_set)
    check_contamination(train, test_sets)
    models = {TUNED: directory.load(data.finetuned, device), BASE: directory.load(data.pretrained, device)}
    with atomic_directory(out.evaluation) as folder:
        answers = folder / "predictions"
        num_cut = predict(answers, test_sets, train, loaded=models[TUNED], config=config, reporter=reporter)
        if config.retrieval.enabled:
            predict_retrieval(folder, data, test_sets, train, loaded=models[TUNED], config=config, reporter=reporter)
        predict_baselines(answers, test_sets, train, config.baselines)
        copy_answers(answers, test_sets, data.baselines / "answers")
        abstention.score_labels(folder, data, test_sets, loaded=models[TUNED], config=config, reporter=reporter)
        score_documents(folder / "documents", data, models, config, reporter)
        shutil.copyfile(data.baselines / "models.json", folder / "models.json")
        metrics = rescore(folder, data, config)
        metrics[CHECKS] |= {"contaminated": 0, "cut_prompts": num_cut}
    for file in ("refused.jsonl", UNSEEN_LABELS):
        for row in read_jsonl(out.evaluation / file) if (out.evaluation / file).exists() else ():
            reporter.say(row["message"])
    reporter.metrics(
        {f"{ALL}.{test_set}.{name}": v for test_set, row in metrics[ALL].items() for name, v in row.items()}
    )
    reporter.metrics({f"{model}.bits_per_byte": value for model, value in metrics[LANGUAGE_MODEL].items()})
    write_json(out.metrics("evaluate"), metrics)
