"""Which characters would not print."""

import pytest

from campaigner.errors import RenderError
from campaigner.rendering import fonts
from campaigner.rendering.fonts import missing_glyphs


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        pytest.param("王小明家长，请拨打96110。", set(), id="everyday"),
        pytest.param("㛃䶮頔堃喆", set(), id="rare characters of names"),
        pytest.param("阿卜杜热西提·买买提明", set(), id="name dot"),
        pytest.param("龍飛鳳舞，謹防詐騙", set(), id="traditional"),
        pytest.param("A b\tc\nd\u3000e\u00a0f", set(), id="white space"),
        pytest.param("a\u202eb\u200bc\x00", set(), id="taken out before printing"),
        pytest.param("王\ue000明", {"\ue000"}, id="private use"),
        pytest.param("王\U0010ffff明", {"\U0010ffff"}, id="last code point"),
        pytest.param("😀", {"😀"}, id="emoji"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_missing_glyphs(text: str, missing: set[str]) -> None:
    assert missing_glyphs(text) == missing


def test_missing_fonts_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package")
    with pytest.raises(RenderError, match="pip install justmytype-intl-cjk"):
        fonts.font_folders.__wrapped__()


def test_an_emptied_font_folder_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", ("nosuchfolder",))
    with pytest.raises(RenderError, match="no font in nosuchfolder"):
        fonts.font_folders.__wrapped__()
