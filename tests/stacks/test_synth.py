"""A synthesis happens once for the same input."""

from scripts.synth import synth


def test_nothing_is_synthesised_again_while_nothing_changed() -> None:
    said: list[str] = []
    assembly = synth("dev")
    assert synth("dev", said.append) == assembly
    assert said == []
    assert (assembly / "manifest.json").is_file()
