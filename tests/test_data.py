import shutil

import numpy as np
import pytest
import tensorflow as tf

from data_tools import prepare
from tests.conftest import draw_panel
from webtoon_colorize import color, data
from webtoon_colorize.io import records, resized


def numbered(count, *, size=16):
    """Panels whose label is their number and whose pixels are random."""
    rgb = np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    return data.Panels(rgb, np.arange(count, dtype=np.int32), [str(index) for index in range(count)])


def collect(batches):
    return [tf.nest.map_structure(lambda tensor: tensor.numpy(), batch) for batch in batches]


def assert_equal(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second):
        tf.nest.map_structure(np.testing.assert_array_equal, one, other)


def test_panels_of_a_split_come_in_the_order_of_the_csv_with_their_titles_label(dataset):
    panels = data.load_panels(dataset, "test", image_size=48)
    assert panels.rgb.shape == (6, 48, 48, 3) and panels.rgb.dtype == np.uint8
    assert [path.split("/")[-1] for path in panels.path] == [f"{index}_0.png" for index in range(30, 36)]
    assert list(panels.label) == [0, 1, 0, 1, 0, 1]
    np.testing.assert_array_equal(panels.rgb[0], draw_panel(30))


def test_taken_panels_come_in_the_order_of_the_indices_with_repeats():
    panels = numbered(4)
    taken = data.take(panels, [3, 0, 3])
    assert taken.path == ["3", "0", "3"] and taken.label.tolist() == [3, 0, 3]
    np.testing.assert_array_equal(taken.rgb, panels.rgb[[3, 0, 3]])


def test_panels_are_decoded_and_resized_once(dataset, monkeypatch):
    first = data.load_panels(dataset, "train", image_size=32)
    monkeypatch.setattr(resized.cv2, "imdecode", lambda *_: pytest.fail("decoded again"))
    np.testing.assert_array_equal(data.load_panels(dataset, "train", image_size=32).rgb, first.rgb)


def test_a_folder_that_is_no_dataset_and_an_empty_split_are_refused_with_a_sentence(dataset, tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a prepared dataset"):
        data.load_panels(tmp_path, "train", image_size=32)
    with pytest.raises(ValueError, match="no panels in its holdout split"):
        data.load_panels(dataset, "holdout", image_size=32)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_damaged_panel_is_named(dataset, tmp_path, content):
    for name in ("dataset.json", "panels.csv"):
        (tmp_path / name).write_bytes((dataset / name).read_bytes())
    for path in data.load_panels(dataset, "train", image_size=48).path:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    with pytest.raises(ValueError, match=r"00_0\.png is damaged"):
        data.load_panels(tmp_path, "train", image_size=48)


def test_all_damaged_panels_are_named_and_missing_ones_too(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "data", ignore=shutil.ignore_patterns("cache"))
    paths = sorted((tmp_path / "data" / "panels").rglob("*.png"))
    paths[3].write_bytes(b"no picture")
    paths[5].unlink()
    with pytest.raises(ValueError) as error:
        data.load_panels(tmp_path / "data", "train", image_size=48)
    assert [path for path in paths if str(path) in str(error.value)] == [paths[3], paths[5]]
    assert list((tmp_path / "data" / "cache").iterdir()) == []


def test_an_epoch_shows_every_panel_once_in_an_order_of_its_own():
    batches = collect(data.training_batches(numbered(12), batch_size=4, seed=0, epochs=2))
    first, second = (np.concatenate([batch.label for batch in part]) for part in (batches[:3], batches[3:]))
    assert sorted(first) == sorted(second) == list(range(12))
    assert list(first) != list(second) and list(first) != list(range(12))


def test_panels_of_an_episode_stand_together_where_a_row_asks_for_it():
    rgb = np.zeros((24, 16, 16, 3), np.uint8)
    paths = [f"panels/a/{number % 3}/{number}.png" for number in range(24)]
    panels = data.Panels(rgb, np.arange(24, dtype=np.int32), paths)
    batches = collect(data.training_batches(panels, batch_size=8, seed=0, epochs=2, together=4))
    first, second = ([batch.label.reshape(2, 4) for batch in part] for part in (batches[:3], batches[3:]))
    assert sorted(np.ravel(first)) == sorted(np.ravel(second)) == list(range(24))
    assert np.ravel(first).tolist() != np.ravel(second).tolist()
    whole = [len(set(group % 3)) == 1 for group in np.reshape(first, [-1, 4])]
    assert sum(whole) >= 3  # the others are at the ends of the three episodes
    for batch in batches:
        np.testing.assert_array_equal(batch.story, batch.label % 3)
        assert len(set(batch.panel)) == 8
    with pytest.raises(ValueError, match="batch_size is 6 and must be a multiple of 4"):
        data.training_batches(panels, batch_size=6, seed=0, epochs=1, together=4)


def test_batches_are_a_function_of_seed_and_epoch():
    panels = numbered(12)
    both = collect(data.training_batches(panels, batch_size=4, seed=7, epochs=2))
    assert_equal(collect(data.training_batches(panels, batch_size=4, seed=7, epochs=2)), both)
    assert_equal(collect(data.training_batches(panels, batch_size=4, seed=7, epochs=2, first_epoch=1)), both[3:])
    other = collect(data.training_batches(panels, batch_size=4, seed=8, epochs=1))
    assert any((one.label != another.label).any() for one, another in zip(both, other))


def test_training_batches_have_one_static_shape_and_stay_in_range():
    dataset = data.training_batches(numbered(10), batch_size=4, seed=0, epochs=1)
    batches = collect(dataset)
    assert len(batches) == 2  # two of ten panels do not fill a batch
    for batch in batches:
        assert batch.lightness.shape == (4, 16, 16, 1) and batch.ab.shape == (4, 16, 16, 2)
        assert np.abs(batch.lightness).max() <= 1.00001 and np.abs(batch.ab).max() <= 1


def test_fewer_panels_than_a_batch_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="batch_size is 16, but there are only 3 panels"):
        data.training_batches(numbered(3), batch_size=16, seed=0, epochs=1)


def test_evaluation_shows_every_panel_once_in_order_and_as_it_is():
    panels = numbered(5)
    batches = collect(data.evaluation_batches(panels, batch_size=2))
    assert [len(batch.label) for batch in batches] == [2, 2, 1]
    assert list(np.concatenate([batch.label for batch in batches])) == [0, 1, 2, 3, 4]
    rgb = np.concatenate([color.lab_to_rgb(batch.lightness, batch.ab) for batch in batches])
    np.testing.assert_allclose(rgb * 255, panels.rgb, atol=0.02)


def augmented(rgb, seed):
    """As `training_batches` does it."""
    return data._crop(rgb, data._random_boxes(len(rgb), seed))


def test_augmentation_crops_and_mirrors_half_of_the_images_and_resizes_them_back():
    """On a ramp the pixel values tell where the crop was: column x holds x, row y of channel 1 holds y."""
    x, y = np.meshgrid(np.arange(32.0), np.arange(32.0))
    ramp = tf.constant(np.tile(np.stack([x, y, 0 * x], axis=-1), (400, 1, 1, 1)), tf.float32)
    crops = augmented(ramp, tf.constant([0, 1])).numpy()
    across, down = crops[:, 0, -1, 0] - crops[:, 0, 0, 0], crops[:, -1, 0, 1] - crops[:, 0, 0, 1]
    mirrored = across < 0
    assert 0.4 < mirrored.mean() < 0.6
    np.testing.assert_allclose(np.abs(across), down, atol=1e-3)  # width and height shrink alike
    assert 0.6 * 31 <= down.min() < 0.65 * 31 and 0.95 * 31 < down.max() <= 31.001
    assert crops.min() >= 0 and crops[..., :2].max() <= 31.001


def test_augmentation_is_the_same_eagerly_and_inside_a_dataset():
    rgb = tf.random.stateless_uniform([4, 8, 8, 3], seed=[1, 2])
    inside = next(iter(tf.data.Dataset.from_tensors(rgb).map(lambda x: augmented(x, tf.constant([3, 4])))))
    np.testing.assert_allclose(inside, augmented(rgb, tf.constant([3, 4])), atol=1e-6)


def test_training_batches_are_cropped_and_mirrored_anew_in_each_epoch():
    x, y = np.meshgrid(np.arange(0, 256, 8), np.arange(0, 256, 8))
    ramp = np.stack([x, y, np.full_like(x, 90)], axis=-1).astype(np.uint8)
    panels = data.Panels(np.stack([ramp] * 8), np.zeros(8, np.int32), [f"a/b/{number}" for number in range(8)])
    batches = collect(data.training_batches(panels, batch_size=8, seed=0, epochs=8))
    rgb = 255 * np.concatenate([color.lab_to_rgb(batch.lightness, batch.ab) for batch in batches])
    across, down = rgb[:, 16, -1, 0] - rgb[:, 16, 0, 0], rgb[:, -1, 16, 1] - rgb[:, 0, 16, 1]
    assert len({round(float(each), 1) for each in across}) > 50 and 0.3 < (across < 0).mean() < 0.7
    np.testing.assert_allclose(np.abs(across), down, atol=3)
    assert 0.6 * 248 - 3 < down.min() < 0.7 * 248 and down.max() < 251


def test_training_from_files_has_the_batches_of_training_from_memory(dataset, tmp_path, monkeypatch):
    copy = tmp_path / "data"
    shutil.copytree(dataset, copy, ignore=shutil.ignore_patterns("cache"))
    in_memory = {split: data.load_panels(copy, split, image_size=32) for split in ("train", "test")}
    monkeypatch.setattr(records, "_SHARD", 7 * 32 * 32 * 3)  # 36 panels in files of 7
    prepare.write_shards(str(copy), [32])
    assert [path.name for path in sorted((copy / "shards").rglob("*.tfrecord"))][-1] == "00005-of-00006.tfrecord"
    assert not list((copy / "cache").iterdir())
    in_files = {split: data.load_panels(copy, split, image_size=32) for split in ("train", "test")}
    assert isinstance(in_files["train"].rgb, records.Pictures)
    for split, panels in in_memory.items():
        np.testing.assert_array_equal(in_files[split].rgb, panels.rgb)
    order = {"batch_size": 4, "seed": 3, "epochs": 2}
    assert_equal(*(collect(data.training_batches(each["train"], **order)) for each in (in_memory, in_files)))
    taken = data.take(in_files["train"], [5, 0, 5])
    np.testing.assert_array_equal(taken.rgb, in_memory["train"].rgb[[5, 0, 5]])


def test_shards_are_tfrecords_that_tensorflow_reads(tmp_path):
    pictures = numbered(5, size=4).rgb
    records.write(tmp_path, iter(pictures), count=5, side=4)
    [path] = tmp_path.iterdir()
    read = [np.frombuffer(record.numpy(), np.uint8) for record in tf.data.TFRecordDataset(str(path))]
    np.testing.assert_array_equal(np.reshape(read, pictures.shape), pictures)
    assert records.is_complete(tmp_path)
    path.rename(tmp_path / "00000-of-00002.tfrecord")
    assert not records.is_complete(tmp_path)
