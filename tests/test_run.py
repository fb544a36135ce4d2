import dataclasses
import functools
import json

import numpy as np
import pytest

from webtoon_colorize import run
from webtoon_colorize.methods import color_and_apply, l2
from webtoon_colorize.pages import runtimes

SETTINGS = run.Settings(
    experiment="no_skips",
    method="l2.build",
    arguments={"skips": False},
    image_size=32,
    filters=4,
    epochs=2,
    patience=2,
    batch_size=4,
    learning_rate=2e-4,
    seed=3,
    titles=["빨강 이야기", "blue"],
    data="0123",
)


def test_settings_come_back_from_their_file(tmp_path):
    run.claim(tmp_path, SETTINGS)
    run.claim(tmp_path, SETTINGS)
    assert run.load_settings(tmp_path) == SETTINGS
    made_with = json.loads((tmp_path / "settings.json").read_text())["made_with"]
    assert {"tensorflow", "keras", "numpy", "python", "commit"} <= made_with.keys()


def test_a_folder_of_a_run_with_other_settings_is_refused_with_the_difference(tmp_path, monkeypatch):
    run.claim(tmp_path, SETTINGS)
    run.claim(tmp_path, dataclasses.replace(SETTINGS, epochs=9))  # nothing is trained yet, nothing is lost
    run.claim(tmp_path, SETTINGS)
    monkeypatch.setattr(run.checkpoints, "is_missing", lambda run_dir: False)
    with pytest.raises(ValueError, match="seed is 3 there and 4 here; data is 0123 there and 4567 here"):
        run.claim(tmp_path, dataclasses.replace(SETTINGS, seed=4, data="4567"))


def write_run(run_dir, **changes):
    """A run folder with random weights; returns the method."""
    settings = dataclasses.replace(SETTINGS, **changes)
    run.claim(run_dir, settings)
    method = run.build(settings)
    run.checkpoints.best(run_dir, method).save()
    return method


HINTS, PATCHES = "color_and_apply_hints.build", "adversarial.build"


def test_a_method_starts_from_the_networks_that_another_run_has_too(tmp_path):
    """An adversarial run has the U-Net of `l2`, and a discriminator that begins with its own weights."""
    there = write_run(tmp_path, method="l2.build", arguments={}, seed=1).networks["generator"].get_weights()
    method = run.build(dataclasses.replace(SETTINGS, method=PATCHES, arguments={}))
    other, *rest = [name for name in method.networks if name != "generator"]
    before = method.networks[other].get_weights()
    assert not rest and run.start_from(method, tmp_path) == ["generator"]
    for one, two in ((there, method.networks["generator"]), (before, method.networks[other])):
        assert all(np.array_equal(*pair) for pair in zip(one, two.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        (
            {"filters": 8, "arguments": {}},
            r"generator of .* does not fit: its weight 1 \(kernel\) has the shape \(4, 4, 1, 8\) there and "
            r"\(4, 4, 1, 4\) here$",
        ),
        ({"image_size": 64, "arguments": {}}, r"generator of .* does not fit: it has \d+ weights there and \d+ here$"),
        ({"method": HINTS, "arguments": {}}, "has color_generator, applier, and none of generator$"),
    ],
)
def test_networks_that_do_not_fit_are_named_and_nothing_is_changed(tmp_path, there, reason):
    write_run(tmp_path, **there)
    method = run.build(dataclasses.replace(SETTINGS, arguments={}))
    before = method.networks["generator"].get_weights()
    with pytest.raises(ValueError, match=reason):
        run.start_from(method, tmp_path)
    assert all(np.array_equal(*pair) for pair in zip(before, method.networks["generator"].get_weights(), strict=True))


def test_the_bundled_weights_can_be_started_from():
    settings = run.load_settings(runtimes.PRETRAINED)
    assert settings.init_from == "none"
    method = run.build(dataclasses.replace(settings, titles=["mine"]))
    assert run.start_from(method, runtimes.PRETRAINED) == ["color_generator", "applier"]


def test_a_build_and_a_partial_of_one_are_remembered_by_name_and_numbers():
    assert run.describe(l2.build) == ("l2.build", {"skips": True})
    partial = functools.partial(color_and_apply.build, keep_probability=0.1)
    assert run.describe(partial) == ("color_and_apply.build", {"keep_probability": 0.1, "divided": True})


def test_a_method_built_from_settings_is_the_same_for_the_same_seed_and_has_its_arguments():
    first, again, other = (
        run.build(dataclasses.replace(SETTINGS, seed=seed)).networks["generator"].get_weights() for seed in (3, 3, 4)
    )
    assert all(np.array_equal(*pair) for pair in zip(first, again))
    assert not all(np.array_equal(*pair) for pair in zip(first, other))
    with_skips = run.build(dataclasses.replace(SETTINGS, arguments={}))
    assert with_skips.networks["generator"].count_params() > sum(weight.size for weight in first)


def write_settings(run_dir, **changes):
    (run_dir / "settings.json").write_text(json.dumps(dataclasses.asdict(SETTINGS) | changes))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", r"settings\.json is not JSON \(line 1, column 2\)$"),
        (b"\xff", r"settings\.json is not JSON that can be read$"),
        (b'{"seed": ' + b"[" * 9999, r"settings\.json is not JSON that can be read$"),
        (b"[]", r"settings\.json holds no settings$"),
        (b"{}", r"settings\.json lacks experiment"),
    ],
)
def test_settings_that_cannot_be_read_are_refused_with_the_reason(tmp_path, content, reason):
    (tmp_path / "settings.json").write_bytes(content)
    with pytest.raises(ValueError, match=rf"{tmp_path} is not a run folder of this version: {reason}"):
        run.load_settings(tmp_path)


def test_each_setting_that_is_missing_or_of_another_kind_is_named(tmp_path):
    for field in dataclasses.fields(run.Settings):
        content = dataclasses.asdict(SETTINGS)
        del content[field.name]
        (tmp_path / "settings.json").write_text(json.dumps(content))
        older = {"patience": SETTINGS.epochs, "init_from": "none", "precision": "float32"}  # of runs that lack these
        if field.name in older:
            assert getattr(run.load_settings(tmp_path), field.name) == older[field.name]
        else:
            with pytest.raises(ValueError, match=rf"version: settings\.json lacks {field.name}$"):
                run.load_settings(tmp_path)
        write_settings(tmp_path, **{field.name: None})
        with pytest.raises(ValueError, match=rf"version: {field.name} in settings\.json is null, and must be [a-z ]+$"):
            run.load_settings(tmp_path)


@pytest.mark.parametrize(
    "method",
    [
        "l3.build",  # no such module
        "l2.build_deep",  # no such function
        "l2.unet",  # a function that l2 imports
        "l2.losses.mean_squared_error",
        "method.Method",
        "..run.build",  # outside webtoon_colorize.methods
        "os.system",
        "build",
        "",
    ],
)
def test_a_method_that_is_no_build_function_of_the_package_is_refused(tmp_path, method):
    write_settings(tmp_path, method=method)
    with pytest.raises(
        ValueError, match=f"{tmp_path} is not a run folder of this version: there is no method {method}"
    ):
        run.load_method(tmp_path)


def test_a_build_function_that_a_method_imports_from_elsewhere_is_refused(tmp_path, monkeypatch):
    called = []

    def build(size):
        called.append(size)

    monkeypatch.setattr(l2, "build_elsewhere", build, raising=False)
    write_settings(tmp_path, method="l2.build_elsewhere", arguments={})
    with pytest.raises(ValueError, match=r"there is no method l2\.build_elsewhere"):
        run.load_method(tmp_path)
    assert not called


@pytest.mark.parametrize(
    ("method", "arguments", "reason"),
    [
        ("l2.build", {"skip": True}, "got an unexpected keyword argument 'skip'"),
        ("l2.build", {"size": 1}, "multiple values for argument 'size'"),
        ("title_classifier.build_vgg16", {}, "missing a required (keyword-only )?argument: 'gray'"),
    ],
)
def test_arguments_that_the_build_function_does_not_take_are_refused(tmp_path, method, arguments, reason):
    write_settings(tmp_path, method=method, arguments=arguments)
    with pytest.raises(ValueError, match=rf"of this version: {method} does not take the arguments .*: {reason}"):
        run.load_method(tmp_path)


@pytest.mark.parametrize("error", [TypeError, AttributeError, KeyError, ImportError, ValueError])
def test_an_error_inside_a_build_function_surfaces_as_it_is(tmp_path, monkeypatch, error):
    def fail(*arguments, **keywords):
        raise error("in unet")

    monkeypatch.setattr(l2, "unet", fail)
    write_settings(tmp_path)
    with pytest.raises(error, match=r"^'?in unet'?$"):
        run.load_method(tmp_path)


def test_a_folder_that_is_no_run_and_a_run_without_a_checkpoint_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a run folder"):
        run.load_method(tmp_path)
    run.claim(tmp_path, SETTINGS)
    with pytest.raises(FileNotFoundError, match="has no checkpoint yet"):
        run.load_method(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image_size": 2**30}, r"image_size in settings\.json is 1073741824; 16 to 2048 is possible"),
        ({"filters": 0}, r"filters in settings\.json is 0; 1 to 512 is possible"),
        ({"seed": -1}, r"seed in settings\.json is -1; 0 to 4294967295 is possible"),
        ({"titles": ["a", 1]}, r"titles in settings\.json are not all text"),
    ],
)
def test_sizes_that_no_run_has_are_refused_before_networks_are_built(tmp_path, changes, reason):
    write_settings(tmp_path, **changes)
    with pytest.raises(ValueError, match=reason):
        run.load_method(tmp_path)
