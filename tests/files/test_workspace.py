"""Where the settings of a workspace are found, and how a new one is laid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from outreach.files.campaigns import campaign_files, read_campaign
from outreach.files.settings import read_settings
from outreach.files.workspace import (
    CannotMakeWorkspace,
    NoWorkspace,
    find_settings,
    kept_files,
    new_workspace,
    samples_folder,
)


def laid(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "outreach.yaml"
    file.touch()
    return file


def test_settings_are_looked_for_in_order(tmp_path: Path) -> None:
    here = tmp_path / "work" / "campaigns" / "old"
    here.mkdir(parents=True)
    personal = laid(tmp_path / "xdg" / "outreach")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert find_settings(None, environ, here) == personal

    upward = laid(tmp_path / "work")
    assert find_settings(None, environ, here) == upward

    near = laid(here)
    assert find_settings(None, environ, here) == near

    named = tmp_path / "other.yaml"
    named.touch()
    environ["OUTREACH_CONFIG"] = str(named)
    assert find_settings(None, environ, here) == named
    assert find_settings(str(upward), environ, here) == upward


def test_a_folder_may_be_named_for_its_settings(tmp_path: Path) -> None:
    file = laid(tmp_path / "ws")
    assert find_settings("ws", {}, tmp_path) == file


def test_a_named_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    laid(tmp_path)
    with pytest.raises(NoWorkspace) as caught:
        find_settings("no.yaml", {}, tmp_path)
    assert str(caught.value) == (
        f"--config names {tmp_path}/no.yaml, which is not there\n"
        "  make a workspace with: outreach init DIR"
    )
    with pytest.raises(NoWorkspace, match="OUTREACH_CONFIG names"):
        find_settings(None, {"OUTREACH_CONFIG": "no.yaml"}, tmp_path)


def test_no_workspace_anywhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoWorkspace) as caught:
        find_settings(None, {"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path)
    assert str(caught.value) == (
        f"there is no outreach.yaml in {tmp_path} or above it\n"
        "  make a workspace with: outreach init DIR"
    )


def test_a_new_workspace_is_the_sample_in_its_locale(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "ws"
    written = new_workspace(folder, locale="en_GB")

    assert written[-1] == folder / "outreach.yaml"
    assert all(path.is_file() for path in written)
    settings = read_settings(folder / "outreach.yaml")
    assert settings.locale == "en_GB"
    assert settings.senders["marie"].address == "marie@atelier.example"
    samples = samples_folder()
    for path in written[:-1]:
        assert path.read_bytes() == (samples / path.relative_to(folder)).read_bytes()
    for file in campaign_files(settings):
        assert read_campaign(file).campaign.name


def test_files_that_are_there_are_kept(tmp_path: Path) -> None:
    sample = next(p for p in sorted((samples_folder() / "templates").rglob("*")) if p.is_file())
    mine = tmp_path / sample.relative_to(samples_folder())
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")

    assert kept_files(tmp_path) == [mine]
    written = new_workspace(tmp_path, locale="fr_FR")

    assert mine.read_text() == "mine"
    assert mine not in written
    assert tmp_path / "outreach.yaml" in written


def test_a_workspace_that_is_there_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "outreach.yaml").write_text("locale: fr_FR\n")
    assert new_workspace(tmp_path, locale="en_GB") == []
    assert [path.name for path in tmp_path.iterdir()] == ["outreach.yaml"]
    assert (tmp_path / "outreach.yaml").read_text() == "locale: fr_FR\n"


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "ws").touch()
    with pytest.raises(CannotMakeWorkspace) as caught:
        new_workspace(tmp_path / "ws", locale="fr_FR")
    assert str(caught.value) == (
        f"{tmp_path}/ws cannot become a workspace: a file stands in the way\n"
        "  choose a folder that you may write to"
    )


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_that_may_not_be_written_gets_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotMakeWorkspace, match="nothing may be written there"):
        new_workspace(tmp_path / "ws", locale="fr_FR")
    tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []
