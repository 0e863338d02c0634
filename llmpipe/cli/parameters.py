"""Looking at parameters: recipe, params."""

from pathlib import Path

import click

from llmpipe.cli.options import PARAMS_OPTION, File


@click.group()
def recipe() -> None:
    """Complete parameter files under recipes/: list, compare, use."""


@recipe.command("list")
@PARAMS_OPTION
def recipe_list(params_file: Path) -> None:
    """List the recipes; the one in use is marked."""
    from llmpipe.commands.recipe import listing

    click.echo(listing(params_file), nl=False)


@recipe.command("use")
@click.argument("name")
@click.option("--force", is_flag=True, help="Overwrite changes that are neither committed nor a recipe.")
@PARAMS_OPTION
def recipe_use(name: str, force: bool, params_file: Path) -> None:
    """Copy recipe NAME over params.yaml and show what changed."""
    from llmpipe.commands.recipe import use

    click.echo(use(name, params_file, force=force), nl=False)


@recipe.command("diff")
@click.argument("name")
@PARAMS_OPTION
def recipe_diff(name: str, params_file: Path) -> None:
    """Show what `recipe use NAME` would change."""
    from llmpipe.commands.recipe import difference

    click.echo(difference(name, params_file), nl=False)


@click.group()
def params() -> None:
    """Check params.yaml, or print its JSON schema."""


@params.command("check")
@click.argument("file", type=File, default="params.yaml")
def params_check(file: Path) -> None:
    """Check every section of FILE (default params.yaml); all problems are shown at once."""
    from llmpipe import config

    config.load(file)
    click.echo(f"{file}: all {len(config.SECTIONS)} sections are valid.")


@params.command("schema")
def params_schema() -> None:
    """Print the JSON schema of params.yaml, for editors."""
    import json

    from llmpipe import config

    click.echo(json.dumps(config.json_schema(), indent=2, ensure_ascii=False))
