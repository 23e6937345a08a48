"""A document written out where its page is built is what the browser would get, or is written again."""

import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div, Row
from bokeh.protocol.messages.pull_doc_reply import pull_doc_reply

from geoalarm.app.web.ready_documents import make_ready, ready_reply


@pytest.fixture
def doc():
    made = Document()
    made.add_root(Row(children=[Div(text="Dendre"), Div(text="Lys")]))
    made.add_root(ColumnDataSource({"x": [1.0, 2.0]}))
    return made


def test_it_is_the_reply_that_the_browser_would_get(doc):
    make_ready(doc)
    got = ready_reply(doc, "7")
    wanted = pull_doc_reply.create("7", doc)
    assert got.content_json == wanted.content_json
    assert got.header["reqid"] == wanted.header["reqid"] == "7"
    assert got.header["msgtype"] == wanted.header["msgtype"]
    assert [buffer.to_bytes() for buffer in got.buffers] == [buffer.to_bytes() for buffer in wanted.buffers]


def test_it_is_given_once(doc):
    make_ready(doc)
    assert ready_reply(doc, "1") is not None
    assert ready_reply(doc, "2") is None


def test_what_changed_meanwhile_is_written_again(doc):
    make_ready(doc)
    doc.roots[0].children[0].text = "Meuse"
    assert ready_reply(doc, "1") is None


def test_a_document_that_was_never_ready_has_none(doc):
    assert ready_reply(doc, "1") is None
