"""Colours follow the words."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from felix_dbadmin.models.sql_highlighter import SqlHighlighter

COLOURS = {"keyword": "#0000ff", "string": "#00ff00", "comment": "#ff0000", "number": "#ff00ff"}


def coloured(text: str, *, python: bool = False) -> dict[str, str]:
    document = QTextDocument()
    highlighter = SqlHighlighter(document)
    highlighter.set_colours(COLOURS)
    highlighter.set_python(python)
    document.setPlainText(text)
    highlighter.rehighlight()
    found = {}
    block = document.firstBlock()
    while block.isValid():
        for span in block.layout().formats():
            found[block.text()[span.start : span.start + span.length]] = span.format.foreground().color().name()
        block = block.next()
    return found


def test_sql(qtbot: QtBot) -> None:
    found = coloured("SELECT 'it''s', 12 -- why\nFROM t /* over\ntwo lines */ WHERE a")
    assert found["SELECT"] == COLOURS["keyword"]
    assert found["'it''s'"] == COLOURS["string"]
    assert found["12"] == COLOURS["number"]
    assert found["-- why"] == COLOURS["comment"]
    assert found["/* over"] == found["two lines */"] == COLOURS["comment"]
    assert found["WHERE"] == COLOURS["keyword"]


def test_python(qtbot: QtBot) -> None:
    found = coloured("def up(db):  # go\n    db.execute('select 1')", python=True)
    assert found["def"] == COLOURS["keyword"]
    assert found["# go"] == COLOURS["comment"]
    assert found["'select 1'"] == COLOURS["string"]


def test_code_never_looks_like_a_comment_or_a_text(qtbot: QtBot) -> None:
    found = coloured("INSERT INTO t VALUES ('a\n-- ', \"b\n-- \"); DROP TABLE t; -- end")
    assert found["DROP"] == found["TABLE"] == COLOURS["keyword"]
    assert found["-- end"] == COLOURS["comment"]
    found = coloured('def up(db):\n    """Harmless.\n    def it\n    """; import os  # it\'s', python=True)
    assert found["import"] == COLOURS["keyword"]
    assert found["    def it"] == found['    """'] == COLOURS["string"]
    assert coloured("a = 'b\\\n'; import os; 'c'", python=True)["import"] == COLOURS["keyword"]
    assert coloured("a = 'never closed\nimport os", python=True)["import"] == COLOURS["keyword"]
